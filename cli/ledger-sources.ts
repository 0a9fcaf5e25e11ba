import { setTimeout as pause } from 'node:timers/promises';
import {
  type Fetching,
  fetchFile,
  isUnreachable,
  type LedgerSource,
  urlSource,
} from '../shared/ledger/verifier/index.ts';
import { cliError, EXIT, type Options } from './command.ts';
import { bucketPlace } from './ledger-bucket.ts';
import { directorySource } from './ledger-directory.ts';

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
  /** That the place cannot say how old the newest checkpoint is. */
  readonly timeless?: boolean;
};

/** A ledger by the argument of a command: a directory, a URL or `s3://bucket/prefix`. Throws CliError. */
export async function placeOf(named: string, options: Options): Promise<Place> {
  if (named.startsWith('s3://')) return await reaching(() => bucketPlace(named, options, FETCHING));
  if (/^https?:\/\//.test(named)) return { source: urlSource(checkedUrl(named), FETCHING) };
  return { source: directorySource(named), directory: named };
}

/** A public file of a ledger behind a URL, as text; undefined where it has none. */
export async function ledgerText(prefix: string, name: string): Promise<string | undefined> {
  const question = { url: `${prefix.replace(/\/+$/, '')}/${name}`, limit: 65_536 };
  const bytes = await reaching(() => fetchFile(question, FETCHING));
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/** What cannot be reached ends a command with 4: nothing is said about the ledger then. */
export async function reaching<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!isUnreachable(thrown)) throw thrown;
    throw Object.assign(cliError(`cannot reach it: ${thrown.message}`, EXIT.unreachable), { cause: thrown });
  }
}

function checkedUrl(text: string): string {
  if (URL.canParse(text) && !/[?#]/.test(text)) return text;
  throw cliError(`${text} is no URL that files stand under`, EXIT.usage);
}
