import { Buffer } from 'node:buffer';
import { sha256Hex } from '../kernel/index.ts';

/**
 * The compact range of the leaves 0..size-1: the roots of the full subtrees that `size` is made of, largest first,
 * as hex. It has one hash for each 1 in the binary form of `size`.
 */
export type Frontier = readonly string[];

/** node = SHA-256(0x01 || left || right), RFC 6962 section 2.1. */
export function nodeHash(left: string, right: string): string {
  return sha256Hex(Uint8Array.of(0x01), Buffer.from(left, 'hex'), Buffer.from(right, 'hex'));
}

/** The frontier with one more leaf after `size` leaves. Each trailing 1 of `size` is a subtree that becomes full. */
export function appendLeaf(frontier: Frontier, size: number, leaf: string): Frontier {
  let hash = leaf;
  let kept = frontier.length;
  for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) {
    kept -= 1;
    hash = nodeHash(frontier[kept] ?? '', hash);
  }
  return [...frontier.slice(0, kept), hash];
}

/** The Merkle tree hash of RFC 6962; SHA-256 of nothing for the empty tree. */
export function rootOf(frontier: Frontier): string {
  const last = frontier.at(-1);
  if (last === undefined) return sha256Hex();
  return frontier.slice(0, -1).reduceRight((root, left) => nodeHash(left, root), last);
}

/** The ranges [from, to) of leaves under each hash of a frontier, largest first. */
export function frontierRanges(size: number): readonly { readonly from: number; readonly to: number }[] {
  const ranges: { from: number; to: number }[] = [];
  for (let from = 0, rest = size; rest > 0; ) {
    let width = 1;
    while (width * 2 <= rest) width *= 2;
    ranges.push({ from, to: from + width });
    from += width;
    rest -= width;
  }
  return ranges;
}
