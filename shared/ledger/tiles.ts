import { hash } from 'node:crypto';
import { leafMessage, nodeMessage } from './verifier/hashes.ts';
import { TILE_WIDTH, tilePath } from './verifier/tile-files.ts';

const MAX_ENTRY_BYTES = 65_535;
const LENGTH_BYTES = 2;

/** A file of the ledger in the C2SP tlog-tiles layout. */
export type TileFile = { readonly path: string; readonly bytes: Uint8Array };

/** Where a builder stands: what its partial tiles hold. `levels[0]` are leaf hashes, each shorter than a tile. */
export type TileState = {
  readonly size: number;
  readonly entries: readonly Uint8Array[];
  readonly levels: readonly (readonly Uint8Array[])[];
};

export type TileBuilder = {
  /** Takes the next entry; answers the files that it made full: a bundle and a tile for each level. */
  readonly add: (entry: Uint8Array) => readonly TileFile[];
  /** The partial tiles and bundle of the tree as it is now; they change with the next entry. */
  readonly partial: () => readonly TileFile[];
  readonly state: () => TileState;
};

export function hashOfLeaf(entry: Uint8Array): Uint8Array {
  return hash('sha256', leafMessage(entry), 'buffer');
}

export function hashOfNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash('sha256', nodeMessage(left, right), 'buffer');
}

/** The entries of a bundle, each after its length. Throws a RangeError for one longer than 65,535 bytes. */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + LENGTH_BYTES + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > MAX_ENTRY_BYTES) throw new RangeError(`an entry has ${entry.length} bytes`);
    bytes[at] = entry.length >> 8;
    bytes[at + 1] = entry.length & 255;
    bytes.set(entry, at + LENGTH_BYTES);
    at += LENGTH_BYTES + entry.length;
  }
  return bytes;
}

/** The root over hashes that stand side by side; their number is a power of two. */
export function perfectRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  while (level.length > 1) level = pairs(level);
  const [root] = level;
  if (root === undefined) throw new RangeError('there is no root over nothing');
  return root;
}

function pairs(hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  return Array.from({ length: Math.floor(hashes.length / 2) }, (_, at) => {
    const [left, right] = hashes.slice(2 * at, 2 * at + 2);
    if (left === undefined || right === undefined) throw new RangeError('unreachable: both are there');
    return hashOfNode(left, right);
  });
}

/** Builds the files of a ledger entry by entry, from its beginning or from where a builder stood. */
export function tileBuilder(from: TileState = { size: 0, entries: [], levels: [] }): TileBuilder {
  let size = from.size;
  let entries = [...from.entries];
  const levels = from.levels.map((hashes) => [...hashes]);
  const tile = (level: number, hashes: readonly Uint8Array[]): TileFile => {
    const below = Math.floor((size - 1) / TILE_WIDTH ** (level + 1));
    return { path: tilePath({ level, index: below, width: hashes.length }), bytes: concatenated(hashes) };
  };
  const bundle = (): TileFile => {
    const index = Math.floor((size - 1) / TILE_WIDTH);
    return {
      path: tilePath({ level: 'entries', index, width: entries.length }),
      bytes: entryBundle(entries),
    };
  };
  /** Puts a hash on its level; a tile that it fills goes to `files`, and its root on the level above. */
  const rise = (hash: Uint8Array, level: number, files: TileFile[]): void => {
    const hashes = [...(levels[level] ?? []), hash];
    levels[level] = hashes.length === TILE_WIDTH ? [] : hashes;
    if (hashes.length < TILE_WIDTH) return;
    files.push(tile(level, hashes));
    rise(perfectRoot(hashes), level + 1, files);
  };
  const add = (entry: Uint8Array): readonly TileFile[] => {
    const files: TileFile[] = [];
    size += 1;
    entries.push(entry);
    if (entries.length === TILE_WIDTH) {
      files.push(bundle());
      entries = [];
    }
    rise(hashOfLeaf(entry), 0, files);
    return files;
  };
  const partial = (): readonly TileFile[] => [
    ...(entries.length > 0 ? [bundle()] : []),
    ...levels.flatMap((hashes, level) => (hashes.length > 0 ? [tile(level, hashes)] : [])),
  ];
  return { add, partial, state: () => ({ size, entries, levels }) };
}

function concatenated(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.reduce((sum, each) => sum + each.length, 0));
  for (const [at, each] of hashes.entries()) bytes.set(each, at * each.length);
  return bytes;
}
