import { Buffer } from 'node:buffer';
import { Fault } from '../../kernel/index.ts';
import type { LedgerTable } from '../ports.ts';
import type { CheckpointTable, LedgerFiles } from '../publish/ports.ts';
import { entryBundle, hashOfLeaf, perfectRoot } from '../tiles.ts';
import { concat, HASH_BYTES, isRefused } from '../verifier/bytes.ts';
import { hashesAt, readBundle, TILE_WIDTH, type TileId, tilePath, widthOf } from '../verifier/tile-files.ts';

export type TileDeps = {
  readonly checkpoints: Pick<CheckpointTable, 'newest' | 'tileState'>;
  readonly files: Pick<LedgerFiles, 'read'>;
  readonly table: Pick<LedgerTable, 'entries'>;
};

const LAG_SECONDS = 1;

/** The width that a tile has in the tree of `size` entries: 0 where the tree does not reach it. */
function servedWidth({ level, index }: TileId, size: number): number {
  return widthOf(index, level === 'entries' ? size : hashesAt(level, size));
}

/**
 * The bytes of a tile or bundle as the tree of `size` entries has it, or of its first `width` hashes or entries; undefined
 * where the tree does not reach so far, or a full file is gone. Full ones are files; the others are made from the stored
 * entries and the stored hashes of the tiles above them. Throws Fault('Unavailable') where the index lags.
 */
export async function tileBytes(deps: TileDeps, id: TileId, size: number): Promise<Uint8Array | undefined> {
  const width = servedWidth(id, size);
  if (id.width < 1 || id.width > width) return undefined;
  if (width === TILE_WIDTH) return cut(await deps.files.read(tilePath({ ...id, width })), id);
  if (id.level === 'entries') return entryBundle(await storedEntries(deps, id));
  if (id.level === 0) return concat(...(await storedEntries(deps, id)).map(hashOfLeaf));
  return concat(...(await hashesAbove(deps, { ...id, level: id.level })));
}

/** The first part of a full file, as a narrower tile has it. */
function cut(file: Uint8Array | undefined, { level, width }: TileId): Uint8Array | undefined {
  if (file === undefined || width === TILE_WIDTH) return file;
  if (level !== 'entries') return file.subarray(0, width * HASH_BYTES);
  const entries = readBundle(file);
  return isRefused(entries) ? undefined : entryBundle(entries.slice(0, width));
}

async function storedEntries({ table }: TileDeps, { index, width }: TileId): Promise<readonly Uint8Array[]> {
  const from = index * TILE_WIDTH;
  const entries = await table.entries(from, from + width);
  if (entries.length === width) return entries.map(({ bytes }) => Buffer.from(bytes));
  throw new Fault('Unavailable', 'the newest entries cannot be read yet', { retryAfterSeconds: LAG_SECONDS });
}

/** The hashes of an unfinished tile above the leaves: as the builder of the tiles keeps them, else from the tiles below. */
async function hashesAbove(
  deps: TileDeps,
  { level, index, width }: TileId & { readonly level: number },
): Promise<readonly Uint8Array[]> {
  const state = await deps.checkpoints.tileState();
  const kept = state?.levels[level - 1] ?? [];
  const isThisTile = state !== undefined && Math.floor(hashesAt(level, state.size) / TILE_WIDTH) === index;
  if (isThisTile && kept.length >= width) return kept.slice(0, width).map((hash) => Buffer.from(hash, 'hex'));
  // The builder is a step ahead or behind: between two of its writes, or after one that failed.
  const full = cut(await deps.files.read(tilePath({ level, index, width: TILE_WIDTH })), {
    level,
    index,
    width,
  });
  if (full !== undefined) return [full];
  const below = Array.from({ length: width }, (_, at) => index * TILE_WIDTH + at);
  return Promise.all(below.map((each) => rootOfTile(deps, level - 1, each)));
}

async function rootOfTile({ files }: TileDeps, level: number, index: number): Promise<Uint8Array> {
  const bytes = await files.read(tilePath({ level, index, width: TILE_WIDTH }));
  if (bytes?.length !== TILE_WIDTH * HASH_BYTES)
    throw new Fault('Unavailable', `the tile ${level}/${index} cannot be read`);
  const hashes = Array.from({ length: TILE_WIDTH }, (_, at) =>
    bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );
  return perfectRoot(hashes);
}
