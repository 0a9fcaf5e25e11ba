import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Cryptography,
  type Finding,
  followKeys,
  hashesAt,
  isRefused,
  type KeyChain,
  keyStatementPath,
  type LedgerSource,
  NOTE_TYPES,
  readBundle,
  readLedgerEntry,
  readTilePath,
  TILE_WIDTH,
  type Trust,
  textOf,
  tilePath,
  verifierKeyText,
  widthOf,
} from '../shared/ledger/verifier/index.ts';
import { directorySource, namesIn } from './ledger-directory.ts';

const KEYS = 'ledger.vkey';
const HEAD = 'head.json';
/** Folders of an export; what lies in them is judged by itself. */
const FOLDER = /^(?:tile|tile\/(?:entries|\d{1,2})(?:\/x\d{3})*(?:\/\d{3}\.p)?|checkpoints|key)$/;

/** `size`: of the tree that was audited; without it tiles are not judged. */
type Known = { readonly trust?: Trust; readonly size: number | undefined };

/** What lies in an export and is neither what an audit reads nor what the audit's keys say: nothing in it goes unread. */
export async function strayFindings(
  directory: string,
  { trust, size }: Known,
  crypto: Cryptography,
): Promise<readonly Finding[]> {
  const source = directorySource(directory);
  const chain = trust === undefined ? undefined : await followKeys(source.read, trust, crypto);
  const statements = (chain?.keys ?? []).map(({ generation }) => keyStatementPath(generation));
  const paths = new Set(pathsIn(directory));
  const isRead = (path: string): boolean => {
    if (path.startsWith('tile/')) return size === undefined || isCovered(path, size, paths);
    if (path === HEAD) return chain === undefined;
    if (chain === undefined) return false;
    return (
      ['checkpoint', KEYS].includes(path) ||
      /^checkpoints\/(?:0|[1-9]\d*)$/.test(path) ||
      statements.includes(path)
    );
  };
  const strays = [...paths]
    .filter((path) => !isRead(path))
    .map((path) => altered(`${path}: nothing calls for it, and nobody has signed it`));
  if (chain === undefined || !paths.has(KEYS)) return strays;
  return [...strays, ...(await keyFindings(directory, { chain, source, size: size ?? 0 }, crypto))];
}

/** Whether a tree of this size is read from a tile: of two widths of one tile only the exact one is. */
function isCovered(path: string, size: number, paths: ReadonlySet<string>): boolean {
  const id = readTilePath(path);
  if (id === undefined) return false;
  const width = widthOf(id.index, hashesAt(id.level === 'entries' ? 0 : id.level, size));
  if (width === id.width) return true;
  return width > 0 && id.width === TILE_WIDTH && !paths.has(tilePath({ ...id, width }));
}

/** Every path of a file; of a folder that an export has none of, too. */
function pathsIn(directory: string, under = ''): readonly string[] {
  return namesIn(join(directory, under)).flatMap((name) => {
    const path = under === '' ? name : `${under}/${name}`;
    const isFolder = statSync(join(directory, path), { throwIfNoEntry: false })?.isDirectory() === true;
    if (!isFolder) return FOLDER.test(path) ? [`${path} (a file)`] : [path];
    return FOLDER.test(path) ? pathsIn(directory, path) : [`${path}/`];
  });
}

type Keys = { readonly chain: KeyChain; readonly source: LedgerSource; readonly size: number };

/** The keys that lie beside an export say nothing of their own: each line is one that is trusted, or leads from there. */
async function keyFindings(directory: string, keys: Keys, crypto: Cryptography): Promise<readonly Finding[]> {
  const known = new Set<string>();
  for (const key of keys.chain.trust.keys) {
    known.add(await verifierKeyText(key.name, key, crypto));
    if (key.type === NOTE_TYPES.ed25519)
      known.add(await verifierKeyText(key.name, { ...key, type: NOTE_TYPES.cosignature }, crypto));
  }
  const text = textOf(readFileSync(join(directory, KEYS)));
  const lines = text?.endsWith('\n') === true ? text.slice(0, -1).split('\n') : [''];
  for (const line of lines)
    if (!known.has(line) && !(await namesItsEntry(keys, line)))
      return [altered(`${KEYS} is not the key that is trusted`)];
  return [];
}

/** The line above a later key names the entry from which it is in force. */
async function namesItsEntry({ chain, source, size }: Keys, line: string): Promise<boolean> {
  const [, generation, seqText = ''] =
    /^# key ([1-9]\d*): in force from entry (0|[1-9]\d*) on$/.exec(line) ?? [];
  const named = chain.keys.find((key) => String(key.generation) === generation)?.entry;
  const seq = Number(seqText);
  return named !== undefined && seq < size && (await idOfEntry(source, seq, size)) === named.id;
}

async function idOfEntry(source: LedgerSource, seq: number, size: number): Promise<string | undefined> {
  const index = Math.floor(seq / TILE_WIDTH);
  const paths = [widthOf(index, size), TILE_WIDTH].map((width) =>
    tilePath({ level: 'entries', index, width }),
  );
  for (const path of paths) {
    const [version] = await source.read(path);
    const entries = version !== undefined && 'bytes' in version ? readBundle(version.bytes) : [];
    const bytes = isRefused(entries) ? undefined : entries[seq % TILE_WIDTH];
    const entry = bytes === undefined ? undefined : readLedgerEntry(textOf(bytes) ?? '');
    if (entry !== undefined && !isRefused(entry)) return entry.id;
  }
  return undefined;
}

function altered(reason: string): Finding {
  return { verdict: 'altered', reason };
}
