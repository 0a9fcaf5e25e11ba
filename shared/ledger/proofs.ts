import { hashOfNode, perfectRoot } from './tiles.ts';
import { hashesAt, TILE_WIDTH, type TileId, widthOf } from './verifier/tile-files.ts';

const HASH_BYTES = 32;
const TILE_HEIGHT = 8;

/** The hash of the perfect subtree over the leaves [index * 2^height, (index + 1) * 2^height). */
export type SubtreeHash = (height: number, index: number) => Uint8Array;

/** PATH of RFC 6962 section 2.1.1: from the leaf's sibling up to the root's child. Throws a RangeError unless index < size. */
export function inclusionProof(index: number, size: number, subtree: SubtreeHash): readonly Uint8Array[] {
  checkPlace(index, size);
  return path(index, { from: 0, to: size }, subtree);
}

/** PROOF of RFC 6962 section 2.1.2. Throws a RangeError unless 0 < size1 <= size2. */
export function consistencyProof(size1: number, size2: number, subtree: SubtreeHash): readonly Uint8Array[] {
  checkPlace(size1 - 1, size2);
  return subproof(size1, { from: 0, to: size2 }, true, subtree);
}

/** The Merkle tree hash of the first `size` leaves, at least one. */
export function rootAt(size: number, subtree: SubtreeHash): Uint8Array {
  checkPlace(0, size);
  return rangeHash({ from: 0, to: size }, subtree);
}

/** Subtree hashes over leaf hashes in memory. */
export function subtreesOf(leaves: readonly Uint8Array[]): SubtreeHash {
  return (height, index) => perfectRoot(leaves.slice(index * 2 ** height, (index + 1) * 2 ** height));
}

/** Subtree hashes over the tiles of a tree with `size` leaves. */
export function subtreesFromTiles(size: number, read: (tile: TileId) => Uint8Array): SubtreeHash {
  return (height, index) => {
    const { tile, first, count } = placeInTiles(size, height, index);
    const bytes = read(tile);
    const hashes = Array.from({ length: count }, (_, at) => {
      const start = (first + at) * HASH_BYTES;
      if (start + HASH_BYTES > bytes.length) throw new RangeError('a tile is shorter than its tree needs');
      return bytes.subarray(start, start + HASH_BYTES);
    });
    return perfectRoot(hashes);
  };
}

/** The tiles that a proof will read, each once: `tilesNeeded(size, (subtree) => inclusionProof(index, size, subtree))`. */
export function tilesNeeded(size: number, prove: (subtree: SubtreeHash) => unknown): readonly TileId[] {
  const needed = new Map<string, TileId>();
  prove((height, index) => {
    const { tile } = placeInTiles(size, height, index);
    needed.set(`${tile.level}/${tile.index}`, tile);
    return new Uint8Array(HASH_BYTES);
  });
  return [...needed.values()];
}

type Range = { readonly from: number; readonly to: number };

function path(index: number, range: Range, subtree: SubtreeHash): readonly Uint8Array[] {
  if (range.to - range.from === 1) return [];
  const [left, right] = halves(range);
  return index < left.to
    ? [...path(index, left, subtree), rangeHash(right, subtree)]
    : [...path(index, right, subtree), rangeHash(left, subtree)];
}

/** `whole`: the earlier tree's root is what we come from, so that the verifier has it. */
function subproof(size1: number, range: Range, whole: boolean, subtree: SubtreeHash): readonly Uint8Array[] {
  if (size1 === range.to) return whole ? [] : [rangeHash(range, subtree)];
  const [left, right] = halves(range);
  return size1 <= left.to
    ? [...subproof(size1, left, whole, subtree), rangeHash(right, subtree)]
    : [...subproof(size1, right, false, subtree), rangeHash(left, subtree)];
}

function rangeHash(range: Range, subtree: SubtreeHash): Uint8Array {
  const width = range.to - range.from;
  const height = Math.round(Math.log2(width));
  // A part that is perfect begins at a multiple of its width: the split sees to that.
  if (2 ** height === width) return subtree(height, range.from / width);
  const [left, right] = halves(range);
  return hashOfNode(rangeHash(left, subtree), rangeHash(right, subtree));
}

/** Split at the largest power of two below the width. */
function halves({ from, to }: Range): readonly [Range, Range] {
  let width = 1;
  while (width * 2 < to - from) width *= 2;
  return [
    { from, to: from + width },
    { from: from + width, to },
  ];
}

function placeInTiles(size: number, height: number, index: number) {
  const level = Math.floor(height / TILE_HEIGHT);
  const count = 2 ** (height % TILE_HEIGHT);
  const tileIndex = Math.floor((index * count) / TILE_WIDTH);
  const width = widthOf(tileIndex, hashesAt(level, size));
  const tile: TileId = { level, index: tileIndex, width };
  return { tile, first: index * count - tileIndex * TILE_WIDTH, count };
}

function checkPlace(index: number, size: number): void {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size)
    throw new RangeError(`there is no leaf ${index} in a tree of ${size}`);
}
