import { statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type BucketLedger,
  type Fetching,
  isUnreachable,
  type LedgerSource,
  urlSource,
} from '../shared/ledger/verifier/index.ts';
import { cliError, EXIT, isCliError, type Options } from './command.ts';
import { bucketPlace } from './ledger-bucket.ts';
import { directorySource } from './ledger-directory.ts';

const MAX_REASON = 500;

export const FETCHING: Fetching = {
  fetch,
  pause: async (milliseconds) => {
    await pause(milliseconds);
  },
  random: Math.random,
};

/** Where a ledger is read from. */
export type Place = {
  readonly source: LedgerSource;
  /** Of an export: it may be unsigned. */
  readonly directory?: string;
  /** Of a bucket that is read alone: it holds full files, and cannot say how old the newest checkpoint is. */
  readonly alone?: BucketLedger;
};

/** A ledger by the argument of a command: a directory, a URL or `s3://bucket/prefix`. Throws CliError. */
export function placeOf(named: string, options: Options): Place {
  if (named.startsWith('s3://')) return bucketPlace(named, options, FETCHING);
  if (/^https?:\/\//.test(named)) return { source: urlSource(checkedUrl(named), FETCHING) };
  if (!statSync(named, { throwIfNoEntry: false })?.isDirectory())
    throw cliError(`cannot reach it: ${named} is no directory`, EXIT.unreachable);
  return { source: directorySource(named), directory: named };
}

/** A public file of a ledger behind a URL, as text; undefined where it has none. */
export async function ledgerText(prefix: string, name: string): Promise<string | undefined> {
  const [version] = await reaching(() => urlSource(prefix, FETCHING).read(name));
  return version !== undefined && 'bytes' in version
    ? Buffer.from(version.bytes).toString('utf8')
    : undefined;
}

/** What cannot be reached or read ends a command with 4, in one line: nothing is said about the ledger then. */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (isCliError(thrown)) throw thrown;
    const text = (thrown instanceof Error ? thrown.message : String(thrown)).replaceAll(/\s+/g, ' ');
    const what = isUnreachable(thrown) ? 'cannot reach it' : 'it could not be checked';
    const error = cliError(`${what}: ${text.slice(0, MAX_REASON)}`, EXIT.unreachable);
    throw Object.assign(error, { cause: thrown });
  }
}

function checkedUrl(text: string): string {
  if (URL.canParse(text) && !/[?#]/.test(text)) return text;
  throw cliError(`${text} is no URL that files stand under`, EXIT.usage);
}
