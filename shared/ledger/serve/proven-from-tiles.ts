import { Fault } from '../../kernel/index.ts';
import { type SubtreeHash, subtreesFromTiles, tilesNeeded } from '../proofs.ts';
import { tilePath } from '../verifier/index.ts';
import { type TileDeps, tileBytes } from './tile-files.ts';

/**
 * What a proof over the tree of `size` entries consists of, read from the few tiles that it needs. Throws Fault:
 * Unavailable, Malformed where a file is gone.
 */
export async function provenFromTiles(
  deps: TileDeps,
  size: number,
  prove: (subtree: SubtreeHash) => readonly Uint8Array[],
): Promise<readonly Uint8Array[]> {
  const read = tilesNeeded(size, prove).map(async (tile) => {
    const bytes = await tileBytes(deps, tile, size);
    if (bytes === undefined) throw new Fault('Malformed', `the file ${tilePath(tile)} is gone`);
    return [tilePath(tile), bytes] as const;
  });
  const tiles = new Map(await Promise.all(read));
  return prove(subtreesFromTiles(size, (tile) => tiles.get(tilePath(tile)) ?? new Uint8Array()));
}
