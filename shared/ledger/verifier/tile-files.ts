import { HASH_BYTES, type Refusal, refuse } from './bytes.ts';

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const MAX_LEVEL = 63;
const LENGTH_BYTES = 2;

/** A tile of hashes, or with level `entries` a bundle. `width` 1 to 256. */
export type TileId = { readonly level: number | 'entries'; readonly index: number; readonly width: number };

/** `tile/<L>/<N>[.p/<W>]`, N in groups of three digits, all but the last with an x before them. */
export function tilePath({ level, index, width }: TileId): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** What a path names; undefined unless it is the one spelling of a tile. */
export function readTilePath(path: string): TileId | undefined {
  const found = /^tile\/(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (found === null) return undefined;
  const [, levelText = '', groups = '', widthText] = found;
  const level: TileId['level'] = levelText === 'entries' ? levelText : Number(levelText);
  const index = Number(groups.replaceAll(/[x/]/g, ''));
  const width = widthText === undefined ? TILE_WIDTH : Number(widthText);
  const id = { level, index, width };
  if (!Number.isSafeInteger(index) || (level !== 'entries' && level > MAX_LEVEL)) return undefined;
  return tilePath(id) === path ? id : undefined;
}

/** How many hashes a level has in a tree: its perfect subtrees of 256^level leaves. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / TILE_WIDTH ** level);
}

/** The width that tile `index` has where its level has `count` hashes (or entries): 0 to 256. */
export function widthOf(index: number, count: number): number {
  return Math.max(0, Math.min(TILE_WIDTH, count - index * TILE_WIDTH));
}

/** The hashes of a tile file, exactly `width` of them. */
export function readTile(bytes: Uint8Array, width: number): readonly Uint8Array[] | Refusal {
  if (bytes.length !== width * HASH_BYTES)
    return refuse(`the tile has ${bytes.length} bytes, ${width} hashes have ${width * HASH_BYTES}`);
  return Array.from({ length: width }, (_, at) => bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
}

/** The entries of a bundle, each after its length in two bytes; all there are. */
export function readBundle(bytes: Uint8Array): readonly Uint8Array[] | Refusal {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    if (high === undefined || low === undefined) return refuse('the bundle ends within a length');
    const end = at + LENGTH_BYTES + high * 256 + low;
    if (end > bytes.length) return refuse('the bundle ends within an entry');
    entries.push(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return entries;
}
