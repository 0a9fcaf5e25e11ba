import { Fault } from '../../kernel/index.ts';
import { readTilePath, TILE_WIDTH } from '../verifier/tile-files.ts';
import { type TileDeps, tileBytes } from './tile-files.ts';

export type TileAnswer = {
  readonly bytes: Uint8Array;
  /** Whether the file is full: then it never changes. */
  readonly full: boolean;
};

/**
 * A file of the ledger by its path (C2SP tlog-tiles): what the newest checkpoint covers and nothing beyond it. Throws
 * Fault('NotFound') for every other path, other spellings of a good one among them.
 */
export async function readTileFile(deps: TileDeps, path: string): Promise<TileAnswer> {
  const id = readTilePath(path);
  const checkpoint = id === undefined ? undefined : await deps.checkpoints.newest();
  const bytes =
    id === undefined || checkpoint === undefined ? undefined : await tileBytes(deps, id, checkpoint.size);
  if (bytes === undefined)
    throw new Fault('NotFound', 'the ledger that the newest checkpoint covers has no such file');
  return { bytes, full: id?.width === TILE_WIDTH };
}
