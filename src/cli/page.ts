// docs/cli.md: made from the commands themselves and the table of exit codes.

import type { Command } from "commander";
import { exitCodes } from "./exit-codes.ts";
import { createProgram } from "./program.ts";
import type { World } from "./world.ts";

const helpWidth = 100;

/** The text of docs/cli.md. */
export function cliPage(): string {
  const nothing = { write: () => {}, isTty: false };
  const untouched = () => Promise.reject(new Error("a page runs no command"));
  const world: World = {
    stdout: nothing,
    stderr: nothing,
    columns: helpWidth,
    env: {},
    interrupt: new AbortController().signal,
    nowMs: () => 0,
    readText: untouched,
    connect: untouched,
    serve: untouched,
    bootDev: untouched,
    untilSignalled: untouched,
    readConfig: untouched,
    version: "",
  };
  const program = createProgram(world, { code: 0 });
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return `${opening}
## Exit codes

| code | meaning |
|---|---|
${rows.join("\n")}

## Commands

${leaves(program)
  .map(({ name, command }) => `### \`${name}\`\n\n\`\`\`text\n${helpOf(command).trimEnd()}\n\`\`\``)
  .join("\n\n")}
`;
}

const opening = `<!-- Generated from src/cli. Do not edit. -->

# The \`eigen\` command

\`npx eigen …\` or \`npm run -s eigen -- …\` in a clone; it runs on Bun, Node 22.18 or newer, or Deno, whichever it finds first. \`eigen-kernel …\` is
\`eigen serve …\`.

- Data goes to stdout, progress and refusals to stderr. Progress is shown on a terminal only: a pipe stays quiet.
- \`-o json\` prints one JSON value, \`eigen jobs watch -o json\` one per line. 64-bit numbers and times are strings, states are the words of the API.
- Colours appear on a terminal, unless \`NO_COLOR\` is set; they never say anything that words do not.
- \`EIGEN_URL\` is the address of the kernel: \`http://localhost:8080\` by default. Port 50051, and any address written
  \`grpc://HOST:PORT\`, is spoken to with native gRPC.
- Ctrl-C while a job is waited for stops the waiting, not the job, and says how to go on.
`;

/** With what stands after the options, which helpInformation() leaves out. */
function helpOf(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (piece) => {
      text += piece;
    },
  });
  command.outputHelp();
  return text;
}

function leaves(command: Command, path = ""): readonly { readonly name: string; readonly command: Command }[] {
  const name = `${path}${command.name()}`;
  if (command.commands.length === 0) return [{ name, command }];
  const shown = command.createHelp().visibleCommands(command);
  return command.commands.filter((child) => shown.includes(child)).flatMap((child) => leaves(child, `${name} `));
}
