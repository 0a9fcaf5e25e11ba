import { existsSync, readFileSync } from 'node:fs';
import { nodeCryptography } from '../shared/ledger/node-crypto.ts';
import {
  FIRST_GENERATION,
  followKeys,
  isRefused,
  isWitness,
  keyStatementPath,
  type LedgerSource,
  MAX_GENERATION,
  NOTE_TYPES,
  openNote,
  readKeyFile,
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

/** Trust in the keys of a text. Throws a usage error for what is no verifier key, or none that signs checkpoints. */
export async function trustIn(text: string, options: Options): Promise<Trust> {
  const lines = text.split(/[\n,]/).map((line) => line.trim());
  const keys: VerifierKey[] = [];
  for (const vkey of new Set(lines.filter((line) => line !== '' && !line.startsWith('#')))) {
    const key = await readVerifierKey(vkey, nodeCryptography());
    if (isRefused(key)) throw cliError(`--key: ${key.refused}`, EXIT.usage);
    if (keys.some(({ name, id }) => name === key.name && id === key.id))
      throw cliError(`--key: two keys are called ${key.name}+${key.id}`, EXIT.usage);
    keys.push(key);
  }
  if (keys.length === 0) throw cliError('--key names no key', EXIT.usage);
  if (keys.every(({ type }) => type === NOTE_TYPES.cosignature))
    throw cliError(
      '--key names only keys that say when (type 04): the line of the key that signs the ledger (type 01) is missing',
      EXIT.usage,
    );
  const origin = textOption(options, 'origin');
  const cosigned = keys.some((key) => isWitness(key, keys));
  return { keys, cosigned, ...(origin !== undefined && { origin }) };
}

/**
 * Throws a usage error where a statement names a key of the trust as a later one, and that key has signed it itself: from
 * it nothing leads back to the first, and all before it would look as if a stranger had signed.
 */
export async function refuseLaterKey({ read }: Pick<LedgerSource, 'read'>, { keys }: Trust): Promise<void> {
  for (let generation = FIRST_GENERATION; generation <= MAX_GENERATION; generation += 1) {
    const [version] = await read(keyStatementPath(generation));
    if (version === undefined || !('bytes' in version)) return;
    const said = await readKeyFile(version.bytes, generation, nodeCryptography());
    if (isRefused(said)) return;
    const { log } = said.statement;
    const own = keys.find(({ name, id }) => name === log.name && id === log.id);
    if (own === undefined || isRefused(await openNote(said.note, [own], nodeCryptography()))) continue;
    const others = keys.filter((key) => key !== own && key.type !== NOTE_TYPES.cosignature);
    if (!isRefused(await openNote(said.note, others, nodeCryptography()))) return;
    throw cliError(
      `${own.name}+${own.id} is the ledger's key number ${generation}: give the first one in --key, the statements lead from it to the later ones`,
      EXIT.usage,
    );
  }
}
