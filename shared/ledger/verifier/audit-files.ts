import type { Finding, LedgerSource, Version } from './source.ts';
import { TILE_WIDTH, type TileId, tilePath } from './tile-files.ts';

export type StoredFile = {
  /** The oldest version: what was published first. */
  readonly bytes?: Uint8Array;
  readonly findings: readonly Finding[];
  /** Whether the full file stands in for a partial one, so that it may hold more. */
  readonly full: boolean;
};

/** The file of a tile or bundle, or the full one where a partial one is gone, which logs may let go (C2SP tlog-tiles). */
export async function readStored(source: LedgerSource, id: TileId): Promise<StoredFile> {
  const partial = await source.read(tilePath(id));
  if (partial.length > 0 || id.width === TILE_WIDTH) return storedOf(id, partial, id.width === TILE_WIDTH);
  const fullId = { ...id, width: TILE_WIDTH };
  return storedOf(fullId, await source.read(tilePath(fullId)), true);
}

function storedOf(id: TileId, versions: readonly Version[], full: boolean): StoredFile {
  const bytes = versions.flatMap((version) => ('bytes' in version ? [version.bytes] : []))[0];
  const findings = versions.length > 1 ? [rewritten(tilePath(id), versions, firstEntryOf(id))] : [];
  return { findings, full, ...(bytes !== undefined && { bytes }) };
}

/** A locked file has one version: a second, or a marker, is somebody's attempt. */
export function rewritten(path: string, versions: readonly Version[], seq?: number): Finding {
  const deleted = versions.some((version) => 'deleted' in version);
  const reason = deleted ? `${path} was deleted` : `${path} was written ${versions.length} times`;
  return { verdict: 'altered', reason, ...(seq !== undefined && { seq }) };
}

/** The first entry under a tile. */
export function firstEntryOf({ level, index }: TileId): number {
  return index * TILE_WIDTH ** (level === 'entries' ? 1 : level + 1);
}
