import { consistencyProof, type SubtreeHash } from '../proofs.ts';
import { provenFromTiles } from '../serve/proven-from-tiles.ts';
import type { TileDeps } from '../serve/tile-files.ts';

/**
 * Hashes that show that the tree of `to` entries begins with the tree of `from`; none from the empty tree and to the same
 * size. Throws Fault: Unavailable, Malformed; a RangeError for a tree that does not begin with the other.
 */
export async function proveGrowth(deps: TileDeps, from: number, to: number): Promise<readonly Uint8Array[]> {
  if (from === 0 || from === to) return [];
  return provenFromTiles(deps, to, (subtree: SubtreeHash) => consistencyProof(from, to, subtree));
}
