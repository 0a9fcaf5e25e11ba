import type { Io } from './io.ts';

/** Exit codes of every command (api.md). */
export const EXIT = { yes: 0, no: 1, usage: 2, waiting: 3, unreachable: 4 } as const;

export type Options = Readonly<Record<string, string | boolean | undefined>>;
export type OptionSpec = {
  readonly type: 'string' | 'boolean';
  readonly text: string;
  readonly short?: string;
};

export type Command = {
  /** Words after `holdfast`, such as `ledger verify`. */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the usage line shows them. */
  readonly args: string;
  readonly options?: Readonly<Record<string, OptionSpec>>;
  readonly example: string;
  /** Answers the exit code. Throws CliError for a refusal with a text. */
  readonly run: (positionals: readonly string[], options: Options, io: Io) => Promise<number>;
};

/** A refusal that a person reads: one sentence, and the exit code. */
export type CliError = Error & { readonly exitCode: number };

export function cliError(message: string, exitCode: number): CliError {
  return Object.assign(new Error(message), { exitCode });
}

export function isCliError(thrown: unknown): thrown is CliError {
  return thrown instanceof Error && 'exitCode' in thrown;
}

/** The argument at a place. Throws a usage error that names it. */
export function needed(positionals: readonly string[], index: number, name: string): string {
  const value = positionals[index];
  if (value === undefined || value === '') throw cliError(`${name} is missing`, EXIT.usage);
  return value;
}

/** A text option, or what stands for it. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
