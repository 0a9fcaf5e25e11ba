import type { Sha256 } from './cryptography.ts';
import { hashNode, nodeMessages, sha256Of } from './hashes.ts';

/** The roots of the perfect subtrees that a number of leaves is made of, largest first: one for each 1 in its binary form. */
export type CompactRange = { readonly size: number; readonly hashes: readonly Uint8Array[] };

export const EMPTY_RANGE: CompactRange = { size: 0, hashes: [] };

/** The range with one more hash at its end. Works at any level: of leaves, or of the roots of full tiles. */
export async function extendRange(
  sha256: Sha256,
  { size, hashes }: CompactRange,
  hash: Uint8Array,
): Promise<CompactRange> {
  let whole = hash;
  let kept = hashes.length;
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    kept -= 1;
    const left = hashes[kept];
    if (left === undefined) throw new Error('the range has fewer hashes than its size needs');
    whole = await hashNode(sha256, left, whole);
  }
  return { size: size + 1, hashes: [...hashes.slice(0, kept), whole] };
}

/** The Merkle tree hash over hashes of perfect subtrees, largest first; SHA-256 of nothing for none (RFC 6962 section 2.1). */
export async function foldRange(sha256: Sha256, hashes: readonly Uint8Array[]): Promise<Uint8Array> {
  let root = hashes.at(-1);
  if (root === undefined) return sha256Of(sha256, new Uint8Array());
  for (const left of hashes.slice(0, -1).reverse()) root = await hashNode(sha256, left, root);
  return root;
}

/**
 * The perfect subtrees over hashes that stand side by side: level 0 the hashes, level h their nodes of height h. A level
 * whose count is odd leaves its last one out of the level above.
 */
export async function levelsOf(
  sha256: Sha256,
  hashes: readonly Uint8Array[],
): Promise<readonly (readonly Uint8Array[])[]> {
  const levels = [hashes];
  for (let below = hashes; below.length > 1; ) {
    below = await sha256(nodeMessages(below));
    levels.push(below);
  }
  return levels;
}

/** The hashes of the perfect subtrees that the first `width` hashes of some levels are made of, largest first. */
export function firstOf(levels: readonly (readonly Uint8Array[])[], width: number): readonly Uint8Array[] {
  const hashes: Uint8Array[] = [];
  for (let level = levels.length - 1, from = 0; level >= 0; level -= 1) {
    const span = 2 ** level;
    if (width - from < span) continue;
    const hash = levels[level]?.[from / span];
    if (hash !== undefined) hashes.push(hash);
    from += span;
  }
  return hashes;
}
