import { firstEntryOf, readStored } from './audit-files.ts';
import { equalBytes, isRefused } from './bytes.ts';
import {
  type CompactRange,
  EMPTY_RANGE,
  extendRange,
  firstOf,
  foldRange,
  levelsOf,
} from './compact-range.ts';
import type { Sha256 } from './cryptography.ts';
import type { Finding, LedgerSource } from './source.ts';
import { readTile, TILE_WIDTH, type TileId } from './tile-files.ts';

/** The tree over the entries seen so far: the roots of full tiles as a compact range, and what the tiles above will hold. */
export type AuditTree = {
  readonly tiles: CompactRange;
  /** `above[0]` is the unfinished tile of level 1. */
  readonly above: readonly (readonly Uint8Array[])[];
};

export const EMPTY_TREE: AuditTree = { tiles: EMPTY_RANGE, above: [] };

export type TreeDeps = { readonly sha256: Sha256; readonly source: LedgerSource };

/** The roots at some sizes that lie within the next tile's leaves. */
export async function rootsWithin(
  sha256: Sha256,
  tree: AuditTree,
  levels: readonly (readonly Uint8Array[])[],
  sizes: readonly number[],
): Promise<ReadonlyMap<number, Uint8Array>> {
  const roots = new Map<number, Uint8Array>();
  for (const size of sizes) {
    const width = size - tree.tiles.size * TILE_WIDTH;
    roots.set(size, await foldRange(sha256, [...tree.tiles.hashes, ...firstOf(levels, width)]));
  }
  return roots;
}

/** The tree with one more full tile of leaves; each tile above that is full now is compared with the stored one. */
export async function addFullTile(
  deps: TreeDeps,
  tree: AuditTree,
  levels: readonly (readonly Uint8Array[])[],
): Promise<{ readonly tree: AuditTree; readonly findings: readonly Finding[] }> {
  let root = levels.at(-1)?.[0];
  if (root === undefined) throw new Error('a full tile has a root');
  const tiles = await extendRange(deps.sha256, tree.tiles, root);
  const above = [...tree.above];
  const findings: Finding[] = [];
  for (let level = 1; root !== undefined; level += 1) {
    const hashes: readonly Uint8Array[] = [...(above[level - 1] ?? []), root];
    const full = hashes.length === TILE_WIDTH;
    above[level - 1] = full ? [] : hashes;
    root = undefined;
    if (!full) break;
    const index = tiles.size / TILE_WIDTH ** level - 1;
    findings.push(...(await compareTile(deps, { level, index, width: TILE_WIDTH }, hashes)));
    root = (await levelsOf(deps.sha256, hashes)).at(-1)?.[0];
  }
  return { tree: { tiles, above }, findings };
}

/** Compares the partial tiles above the leaves with the stored ones. */
export async function comparePartial(deps: TreeDeps, tree: AuditTree): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  if (deps.source.fullOnly === true) return findings;
  for (const [at, hashes] of tree.above.entries()) {
    if (hashes.length === 0) continue;
    const index = Math.floor(tree.tiles.size / TILE_WIDTH ** (at + 1));
    findings.push(...(await compareTile(deps, { level: at + 1, index, width: hashes.length }, hashes)));
  }
  return findings;
}

async function compareTile(
  { source }: TreeDeps,
  id: TileId,
  computed: readonly Uint8Array[],
): Promise<readonly Finding[]> {
  const { bytes, findings, full } = await readStored(source, id);
  const path = `tile ${id.level}/${id.index}`;
  if (bytes === undefined)
    return [...findings, { verdict: 'altered', reason: `${path} is missing`, seq: firstEntryOf(id) }];
  const stored = readTile(bytes, full ? TILE_WIDTH : id.width);
  if (isRefused(stored))
    return [...findings, { verdict: 'altered', reason: `${path}: ${stored.refused}`, seq: firstEntryOf(id) }];
  const differs = computed.findIndex((hash, at) => !equalBytes(hash, stored[at] ?? new Uint8Array()));
  if (differs === -1 || id.level === 'entries') return findings;
  // It is not known which of the entries under the hash: an exact finding, if there is one, comes from the chain or a root.
  const from = firstEntryOf(id) + differs * TILE_WIDTH ** id.level;
  const suspects = { from, to: from + TILE_WIDTH ** id.level };
  const reason = `${path}: hash ${differs} is not that of the entries under it`;
  return [...findings, { verdict: 'altered', reason, suspects }];
}
