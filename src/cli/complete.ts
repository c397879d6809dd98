// What may come next on a command line: read off the program itself, so that it knows every command, option and choice there is. The shells'
// scripts (completion-scripts.ts) only ask for it.

import type { Argument, Command, Option } from "commander";

export interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** Values that the program cannot know: the shell has the files, the kernel the rest. */
export type ValueSource = "files" | "jobs" | "devices";

export interface CompletionPlan {
  /** All that may stand here, whatever was typed of it. */
  readonly candidates: readonly Candidate[];
  readonly source: ValueSource | undefined;
  readonly typed: string;
  /** Of the typed word and every candidate from the source: `--device=`. */
  readonly prefix: string;
  /** The command that the words lead to. */
  readonly command: Command;
  /** Of --url, when it is among the words. */
  readonly url: string | undefined;
}

// By the name that an argument or an option's value has in the help.
const sourceByName: Readonly<Partial<Record<string, ValueSource>>> = {
  file: "files",
  files: "files",
  dir: "files",
  id: "jobs",
  device: "devices",
};

/**
 * `words` are those after the program's name, the last one as far as it is typed. A word "=" is how bash splits `--option=value`; as the last
 * one it stands for nothing typed, since some shells cannot hand on an empty word.
 */
export function planCompletion(program: Command, words: readonly string[]): CompletionPlan {
  const current = words.at(-1) ?? "";
  const typed = current === "=" ? "" : current;
  const place = placeAfter(
    program,
    words.slice(0, -1).filter((word) => word !== "="),
  );
  const { command, option, operandCount, isOperandsOnly, url } = place;
  const plan = { typed, prefix: "", command, url };
  const startsOption = typed.startsWith("-") && !isOperandsOnly;
  if (option !== undefined && !(option.variadic && startsOption)) return { ...plan, ...valuesOf(option, valueNameOf(option)) };
  if (startsOption) {
    const assigned = /^(--[\w-]+=)(.*)$/.exec(typed);
    const named = assigned === null ? undefined : findOption(command, typed);
    if (named === undefined || assigned === null) return { ...plan, candidates: optionsOf(command), source: undefined };
    const { candidates, source } = valuesOf(named, valueNameOf(named));
    const [, prefix = ""] = assigned;
    return { ...plan, prefix, source, candidates: candidates.map(({ value, ...rest }) => ({ value: prefix + value, ...rest })) };
  }
  const children = subcommandsOf(command);
  if (children.length > 0) {
    const candidates = children.map((child) => ({ value: child.name(), description: child.description() }));
    return { ...plan, candidates, source: undefined };
  }
  const argument = argumentAt(command, operandCount);
  if (argument !== undefined) return { ...plan, ...valuesOf(argument, argument.name()) };
  return { ...plan, candidates: isOperandsOnly ? [] : optionsOf(command), source: undefined };
}

interface Place {
  readonly command: Command;
  /** Whose value comes next. */
  readonly option: Option | undefined;
  readonly operandCount: number;
  /** Behind a `--`. */
  readonly isOperandsOnly: boolean;
  readonly url: string | undefined;
}

function placeAfter(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, option: undefined, operandCount: 0, isOperandsOnly: false, url: undefined };
  for (const word of words) place = step(place, word);
  return place;
}

function step(place: Place, word: string): Place {
  const { command, option, operandCount, isOperandsOnly } = place;
  const isFlag = word.startsWith("-") && word !== "-" && !isOperandsOnly;
  if (option !== undefined && !(option.variadic && isFlag)) {
    const url = option.long === "--url" ? word : place.url;
    return { ...place, url, option: option.variadic ? option : undefined };
  }
  if (isFlag && word === "--") return { ...place, option: undefined, isOperandsOnly: true };
  if (isFlag) {
    const named = findOption(command, word);
    const takesNext = named !== undefined && (named.required || named.optional) && !word.includes("=");
    const url = named?.long === "--url" && word.includes("=") ? word.slice(word.indexOf("=") + 1) : place.url;
    return { ...place, url, option: takesNext ? named : undefined };
  }
  const child = operandCount === 0 ? subcommandsOf(command).find((sub) => sub.name() === word) : undefined;
  if (child !== undefined) return { ...place, option: undefined, command: child };
  return { ...place, option: undefined, operandCount: operandCount + 1 };
}

function subcommandsOf(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

function findOption(command: Command, word: string): Option | undefined {
  const [flag = ""] = word.split("=");
  return command.options.find(({ short, long }) => flag === short || flag === long);
}

function optionsOf(command: Command): readonly Candidate[] {
  const options = command.createHelp().visibleOptions(command);
  return options.flatMap(({ short, long, description }) =>
    [long, short].flatMap((flag) => (flag === undefined || flag === null ? [] : [{ value: flag, description }])),
  );
}

function argumentAt(command: Command, position: number): Argument | undefined {
  const { registeredArguments } = command;
  const last = registeredArguments.at(-1);
  return registeredArguments[position] ?? (last?.variadic === true ? last : undefined);
}

function valuesOf({ argChoices }: Argument | Option, name: string): Pick<CompletionPlan, "candidates" | "source"> {
  const candidates = (argChoices ?? []).map((value) => ({ value, description: "" }));
  return { candidates, source: candidates.length > 0 ? undefined : sourceByName[name] };
}

function valueNameOf({ flags }: Option): string {
  return /[<[]([\w-]+)/.exec(flags)?.[1] ?? "";
}
