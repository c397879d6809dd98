// The tree of commands. Options are read here, the work is in commands/; `runCli` is the whole program without its process.

import { Argument, Command, CommanderError, Option } from "commander";
import { jobStateWords, type KernelClient, KernelClientError, methods, precisions, priorities } from "../client/index.ts";
import {
  collectEstimate,
  collectObservable,
  collectPair,
  collectParameter,
  collectQubits,
  parseCount,
  parseMs,
  parseSeed,
} from "./arguments.ts";
import { checkCircuits, type DrawOptions, drawFile, type PlanOptions, planFile } from "./commands/circuits.ts";
import { completeWords } from "./commands/complete.ts";
import { runDev } from "./commands/dev.ts";
import { listDevices } from "./commands/devices.ts";
import { cancelJob, getJob, type ListOptions, listJobs, showResult, watchJob } from "./commands/jobs.ts";
import { type RunOptions, runFile } from "./commands/run.ts";
import { type CompletionShell, completionScript, completionShells, installHelp } from "./completion-scripts.ts";
import { exitCodeOf, exitCodes } from "./exit-codes.ts";
import { type OutputFormat, printError } from "./output.ts";
import type { World } from "./world.ts";

const urlDefault = "http://localhost:8080";

interface OutputOptions {
  readonly output: OutputFormat;
  readonly json?: boolean;
}

/** The exit code; everything else goes to the world's streams. */
export async function runCli(argv: readonly string[], world: World): Promise<number> {
  const outcome = { code: exitCodes.ok.code as number };
  try {
    await createProgram(world, outcome).parseAsync([...argv], { from: "user" });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok.code : exitCodes.usage.code;
    if (error instanceof KernelClientError) {
      printError(world, error);
      return exitCodeOf(error);
    }
    throw error;
  }
}

/** `outcome` receives the exit code of the command that was run. */
export function createProgram(world: World, outcome: { code: number }): Command {
  const program = new Command("eigen")
    .description("The command line of the Eigen OS Kernel.")
    .version(world.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      getOutHelpWidth: () => world.columns,
      getErrHelpWidth: () => world.columns,
    })
    .showHelpAfterError("(--help tells more)");

  const asked = (options: OutputOptions): OutputFormat => (options.json === true ? "json" : options.output);

  function command(parent: Command, usage: string, description: string): Command {
    return parent.command(usage).description(description);
  }

  function withOutput(leaf: Command): Command {
    const choices = new Option("-o, --output <format>", "how to print").choices(["table", "json"]).default("table");
    return leaf.addOption(choices).option("--json", "the same as -o json");
  }

  function withKernel(leaf: Command): Command {
    return withOutput(leaf).option("--url <url>", `the kernel's address (default: EIGEN_URL, else ${urlDefault})`);
  }

  async function atKernel(options: { readonly url?: string }, work: (client: KernelClient) => Promise<number>): Promise<void> {
    const url = options.url ?? (world.env.EIGEN_URL || urlDefault);
    const client = await openClient(world, url);
    if (client === undefined) {
      outcome.code = exitCodes.usage.code;
      return;
    }
    try {
      outcome.code = await work(client);
    } finally {
      client.close();
    }
  }

  command(program, "serve", "Starts a kernel and keeps it up until it is told to end.")
    .option("--config <file>", "the configuration (default: KERNEL_CONFIG, else built-in values for development)")
    .option("--components <names>", "only these components and what they need, such as qrtx,qfs")
    .addOption(
      new Option("--log-format <format>", "how to log (default: text on a terminal, else json)").choices(["json", "text"]),
    )
    .action(async (options) => {
      outcome.code = await world.serve(options);
    });

  const dev = "Starts a kernel with a small simulated fleet, without any configuration, until Ctrl-C.";
  withOutput(command(program, "dev", dev))
    .option("--data-dir <dir>", "keep jobs and results there (default: a folder that is removed at the end)")
    .action(async (options: OutputOptions & { readonly dataDir?: string }) => {
      outcome.code = await runDev(world, { dataDir: options.dataDir }, asked(options));
    });

  type RunCommandOptions = RunOptions & OutputOptions & { readonly url?: string };
  withKernel(command(program, "run", "Runs an OpenQASM file on a kernel and prints its counts."))
    .argument("<file>", 'OpenQASM 2 or 3; "-" for standard input')
    .option("--shots <count>", "repetitions", parseCount, 1024)
    .option("--seed <number>", "key of the shots' random stream; drawn when left out", parseSeed)
    .option("--device <device>", "the only device to use")
    .option("--id <name>", "your own name for the job, unique per tenant")
    .addOption(new Option("--priority <priority>", "how urgent it is").choices([...priorities]).default("normal"))
    .addOption(
      new Option("--method <method>", "how a simulator computes it; automatic: the result tells why so")
        .choices([...methods])
        .default("automatic"),
    )
    .addOption(new Option("--precision <precision>", "of a state vector's amplitudes").choices([...precisions]).default("double"))
    .option("--param <name=value>", "value of a circuit parameter, such as theta=pi/3; may be repeated", collectParameter)
    .option(
      "--observable <sum>",
      "expectation value to compute, such as energy=0.5*ZZ-0.25*XI; may be repeated",
      collectObservable,
    )
    .option(
      "--estimate <sum>",
      "the same, estimated from the job's shots as on a device, with its standard error; may be repeated",
      collectEstimate,
    )
    .option("--memory", "keep the outcome of each shot, in order")
    .option(
      "--probabilities <qubits>",
      "exact probabilities of the values of these qubits, such as 0,1; may be repeated",
      collectQubits,
    )
    .option("--final-state", "give the amplitudes before the measurements")
    .option("--sweep <file>", 'one run for each binding of a JSON list, such as [{"theta": 0.1}, {"theta": 0.2}]')
    .option("--tag <key=value>", "a note to find the job by; may be repeated", collectPair)
    .option("--timeout <duration>", "the job FAILs when it is not COMPLETED by then, such as 30s", parseMs)
    .action((file: string, options: RunCommandOptions) =>
      atKernel(options, (client) => runFile(world, client, file, options, asked(options))),
    );

  addJobs();
  addCircuits();
  addDevices();
  addConfig();
  addCompletion();
  return program;

  function addJobs(): void {
    type Options = OutputOptions & { readonly url?: string };
    const jobs = command(program, "jobs", "Looks at jobs and cancels them. ID is the server's id or your own name.");
    const states = new Option("--state <state...>", "only jobs in these states").choices([...jobStateWords]);
    withKernel(command(jobs, "list", "Lists jobs, newest first."))
      .addOption(states)
      .option("--tag <key=value>", "only jobs with this tag; may be repeated", collectPair)
      .option("--name-prefix <text>", "only jobs whose name starts so")
      .option("--limit <count>", "at most so many", parseCount, 20)
      .action((options: Options & ListOptions) =>
        atKernel(options, (client) => listJobs(world, client, options, asked(options))),
      );
    withKernel(command(jobs, "get <id>", "Tells where a job is now and what it waits for.")).action(
      (id: string, options: Options) => atKernel(options, (client) => getJob(world, client, id, asked(options))),
    );
    withKernel(command(jobs, "watch <id>", "Follows a job until it ends; with json, one object per line."))
      .option("--cursor <cursor>", "go on after this status", "")
      .action((id: string, options: Options & { readonly cursor: string }) =>
        atKernel(options, (client) => watchJob(world, client, id, options.cursor, asked(options))),
      );
    withKernel(command(jobs, "cancel <id>", "Cancels a job that has not ended.")).action((id: string, options: Options) =>
      atKernel(options, (client) => cancelJob(world, client, id, asked(options))),
    );
    withKernel(command(jobs, "result <id>", "Prints what a COMPLETED job left.")).action((id: string, options: Options) =>
      atKernel(options, (client) => showResult(world, client, id, asked(options))),
    );
  }

  function addCircuits(): void {
    const circuits = command(program, "circuits", "Works on OpenQASM files without a kernel.");
    withOutput(command(circuits, "check", "Tells every fault of the files."))
      .addArgument(new Argument("<files...>", 'OpenQASM 2 or 3; "-" for standard input'))
      .action(async (files: readonly string[], options: OutputOptions) => {
        outcome.code = await checkCircuits(world, files, asked(options));
      });
    command(circuits, "draw", "Draws a file as a diagram.")
      .argument("<file>", 'OpenQASM 2 or 3; "-" for standard input')
      .option("--ascii", "only characters of ASCII")
      .option("--width <columns>", "fold longer diagrams here (default: the terminal's width)", parseCount)
      .action(async (file: string, options: DrawOptions) => {
        outcome.code = await drawFile(world, file, options);
      });
    command(circuits, "plan", "Shows in how few passes the simulator would run a file's gates.")
      .argument("<file>", 'OpenQASM 2 or 3; "-" for standard input')
      .addOption(new Option("--precision <precision>", "of the amplitudes").choices(["double", "single"]).default("double"))
      .action(async (file: string, options: PlanOptions) => {
        outcome.code = await planFile(world, file, options);
      });
  }

  function addDevices(): void {
    const devices = command(program, "devices", "Looks at the devices of a kernel.");
    withKernel(command(devices, "list", "Lists the devices.")).action((options: OutputOptions & { readonly url?: string }) =>
      atKernel(options, (client) => listDevices(world, client, asked(options))),
    );
  }

  function addCompletion(): void {
    const shell = new Argument("[shell]", "for which shell (default: that of SHELL)").choices([...completionShells]);
    command(program, "completion", "Prints a script that completes this command's words in a shell.")
      .addArgument(shell)
      .addHelpText("after", installHelp)
      .action((wanted: CompletionShell | undefined, _options: object, self: Command) => {
        const own = completionShells.find((name) => name === world.env.SHELL?.split("/").at(-1));
        const chosen = wanted ?? own;
        if (chosen === undefined) return self.error(`error: say for which shell: ${completionShells.join(", ")}`);
        world.stdout.write(completionScript(chosen));
      });
    program
      .command("complete", { hidden: true })
      .description("Tells what may come next, for the scripts of `eigen completion`.")
      .argument("[words...]", "those after the command's name, the last one as far as it is typed")
      .action(async (words: readonly string[]) => {
        outcome.code = await completeWords(world, program, words, urlDefault);
      });
  }

  function addConfig(): void {
    // The schema of configurations takes longer to load than most commands to run.
    const config = command(program, "config", "Looks at configurations without starting a kernel.");
    const file = (): Argument => new Argument("[file]", "the configuration (default: KERNEL_CONFIG, else built-in values)");
    withOutput(command(config, "check", "Tells every fault, what is not in effect, and whether serve would start."))
      .addArgument(file())
      .action(async (path: string | undefined, options: OutputOptions) => {
        const { checkConfig } = await import("./commands/config.ts");
        outcome.code = await checkConfig(world, path ?? world.env.KERNEL_CONFIG, asked(options));
      });
    withOutput(command(config, "show", "Prints what the kernel would run with; secrets are redacted."))
      .addArgument(file())
      .action(async (path: string | undefined, options: OutputOptions) => {
        const { showConfigFile } = await import("./commands/config.ts");
        outcome.code = await showConfigFile(world, path ?? world.env.KERNEL_CONFIG, asked(options));
      });
  }
}

async function openClient(world: World, url: string): Promise<KernelClient | undefined> {
  try {
    return await world.connect(url);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    world.stderr.write(`error: --url or EIGEN_URL: ${error.message}\n`);
    return undefined;
  }
}
