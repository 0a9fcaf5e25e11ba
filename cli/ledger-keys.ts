import { existsSync, readFileSync } from 'node:fs';
import { nodeCryptography } from '../shared/ledger/node-crypto.ts';
import {
  FIRST_GENERATION,
  followKeys,
  isRefused,
  isWitness,
  keyStatementPath,
  readVerifierKey,
  type Trust,
  type VerifierKey,
} from '../shared/ledger/verifier/index.ts';
import { cliError, EXIT, type Options, textOption } from './command.ts';

/** What `--key` and `--origin` mean, for the usage lines. */
export const TRUST_OPTIONS = {
  key: {
    type: 'string',
    text: 'verifier keys, parted by commas, or a file with one on each line; of a witness too: then it must have signed',
  },
  origin: { type: 'string', text: "the checkpoint's origin, where it is not the name of the key" },
} as const;

/** Whom the caller trusts; undefined without --key. Throws a usage error for what is no verifier key. */
export async function trustOf(options: Options): Promise<Trust | undefined> {
  const named = textOption(options, 'key');
  if (named === undefined) return undefined;
  return await trustIn(existsSync(named) ? readFileSync(named, 'utf8') : named, options);
}

/** What `--keys` means. */
export const STATEMENTS_OPTION = {
  keys: {
    type: 'string',
    text: 'the statements that lead from your key to later ones, in their order and parted by commas: key/2 and on, of an export or of the bucket',
  },
} as const;

/** The trust, and the later keys that the statements of `--keys` lead to. Throws a usage error for what leads nowhere. */
export async function withLaterKeys(trust: Trust, options: Options): Promise<Trust> {
  const named = textOption(options, 'keys');
  if (named === undefined) return trust;
  const files = new Map(
    named.split(',').map((file, at) => [keyStatementPath(at + FIRST_GENERATION), bytesIn(file)]),
  );
  const read = async (path: string) => {
    const bytes = files.get(path);
    return bytes === undefined ? [] : [{ bytes }];
  };
  const { trust: grown, findings } = await followKeys(read, trust, nodeCryptography());
  const [wrong] = findings;
  if (wrong !== undefined) throw cliError(`--keys: ${wrong.reason}`, EXIT.usage);
  return grown;
}

function bytesIn(file: string): Uint8Array {
  try {
    return readFileSync(file.trim());
  } catch {
    throw cliError(`--keys: ${file} cannot be read`, EXIT.usage);
  }
}

/** Trust in the keys of a text. Throws a usage error for what is no verifier key. */
export async function trustIn(text: string, options: Options): Promise<Trust> {
  const keys: VerifierKey[] = [];
  for (const vkey of text.split(/[\n,]/).map((line) => line.trim())) {
    if (vkey === '' || vkey.startsWith('#')) continue;
    const key = await readVerifierKey(vkey, nodeCryptography());
    if (isRefused(key)) throw cliError(`--key: ${key.refused}`, EXIT.usage);
    keys.push(key);
  }
  if (keys.length === 0) throw cliError('--key names no key', EXIT.usage);
  const origin = textOption(options, 'origin');
  const cosigned = keys.some((key) => isWitness(key, keys));
  return { keys, cosigned, ...(origin !== undefined && { origin }) };
}
