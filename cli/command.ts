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

/** One of some words. Throws a usage error that lists them. */
export function oneOf<Word extends string>(words: readonly Word[], value: string, name: string): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw cliError(`${name} must be one of ${words.join(', ')}`, EXIT.usage);
  return found;
}

/** Ids of subjects as commands take them (api.md): a prefix and a ULID. */
const ID_PREFIXES: Readonly<Record<string, string>> = {
  ...{ rollback: 'rbk', deployment: 'dep', rollout: 'rol', approval: 'apr' },
};

/** The kind that an id is of, by its prefix; undefined for what is no id of a subject. */
export function kindOfId(id: string): string | undefined {
  return Object.entries(ID_PREFIXES).find(([, prefix]) => id.startsWith(`${prefix}_`))?.[0];
}

/** The argument at a place as the id of a subject of one of some kinds. Throws a usage error that shows its form. */
export function neededId(positionals: readonly string[], index: number, kinds: readonly string[]): string {
  const name = kinds.map((kind) => kind.toUpperCase()).join(' or ');
  const value = needed(positionals, index, name);
  const prefixes = kinds.map((kind) => ID_PREFIXES[kind] ?? kind);
  if (new RegExp(`^(?:${prefixes.join('|')})_[0-9A-HJKMNP-TV-Z]{26}$`).test(value)) return value;
  const forms = prefixes.map((prefix) => `${prefix}_01JD...`).join(' or ');
  throw cliError(
    `${name} must be an id such as ${forms}: 26 capitals and digits after the prefix`,
    EXIT.usage,
  );
}

/** The text of --reason, which stands in the ledger. Throws a usage error without one. */
export function neededReason(options: Options): string {
  const reason = textOption(options, 'reason');
  if (reason === undefined || reason.trim() === '') throw cliError('--reason is missing', EXIT.usage);
  return reason;
}

/** A text option, or what stands for it. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
