import { equalBytes, HASH_BYTES, MAX_U64, type Refusal, refuse } from './bytes.ts';
import type { Sha256 } from './cryptography.ts';
import { hashNode, nodeMessage } from './hashes.ts';

export type Inclusion = {
  /** Of the leaf, from 0. */
  readonly index: bigint;
  readonly size: bigint;
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
  /** From the leaf's sibling up to the root's child. */
  readonly proof: readonly Uint8Array[];
};

export type Consistency = {
  readonly size1: bigint;
  readonly size2: bigint;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/** `undefined` = the proof holds; otherwise why not. */
export type ProofCheck = Refusal | undefined;

/** Whether a leaf stands at an index of the tree with this size and root: RFC 9162 section 2.1.3.2, lengths checked first. */
export async function checkInclusion(sha256: Sha256, claim: Inclusion): Promise<ProofCheck> {
  const { index, size, leaf, root, proof } = claim;
  if (!inRange(index) || !inRange(size)) return refuse('index and size must lie between 0 and 2^64-1');
  if (index >= size) return refuse(`index ${index} is not in a tree of ${size}`);
  if (![leaf, root, ...proof].every(isHash)) return refuse('a hash must have 32 bytes');
  const expected = inclusionLength(index, size);
  if (proof.length !== expected)
    return refuse(`the proof has ${proof.length} hashes, this place needs ${expected}`);
  const computed = await rootOver(sha256, claim);
  return equalBytes(computed, root) ? undefined : refuse('the proof leads to another root');
}

async function rootOver(sha256: Sha256, { index, size, leaf, proof }: Inclusion): Promise<Uint8Array> {
  // Up to where the paths of leaf and last leaf meet the bits of the index say on which side a sibling stands; then all are
  // left. The same walk as RFC 9162's, without its arithmetic at each step.
  const inner = bitLength(index ^ (size - 1n));
  const sides = index.toString(2).padStart(inner, '0');
  // One message, written anew for each node: making 65 bytes costs more than hashing them.
  const message = nodeMessage(leaf, leaf);
  const messages = [message];
  let hash = leaf;
  for (const [at, sibling] of proof.entries()) {
    const isLeft = at >= inner || sides.charAt(sides.length - 1 - at) === '1';
    message.set(isLeft ? sibling : hash, 1);
    message.set(isLeft ? hash : sibling, 1 + HASH_BYTES);
    const answer = sha256(messages);
    // Waiting for what is there already would cost as much as the hash.
    const [node] = answer instanceof Promise ? await answer : answer;
    hash = node ?? leaf;
  }
  return hash;
}

/** Whether the tree with size2 and root2 begins with the tree of size1 and root1: RFC 9162 section 2.1.4.2. */
export async function checkConsistency(sha256: Sha256, claim: Consistency): Promise<ProofCheck> {
  const { size1, size2, root1, root2, proof } = claim;
  if (!inRange(size1) || !inRange(size2)) return refuse('sizes must lie between 0 and 2^64-1');
  if (size1 === 0n) return refuse('every tree begins with the empty one: there is nothing to prove');
  if (size1 > size2) return refuse(`a tree of ${size1} cannot be the beginning of one of ${size2}`);
  const expected = consistencyLength(size1, size2);
  if (proof.length !== expected)
    return refuse(`the proof has ${proof.length} hashes, these sizes need ${expected}`);
  if (size1 === size2) return equalBytes(root1, root2) ? undefined : refuse('one size, two roots');
  if (![root1, root2, ...proof].every(isHash)) return refuse('a hash must have 32 bytes');
  return checkGrowth(sha256, claim);
}

async function checkGrowth(sha256: Sha256, claim: Consistency): Promise<ProofCheck> {
  const { size1, size2, root1, root2, proof } = claim;
  // A perfect first tree is itself the first hash, and is left out of the proof.
  const [first, ...rest] = isPowerOfTwo(size1) ? [root1, ...proof] : proof;
  if (first === undefined) return refuse('the proof is empty');
  const shift = trailingZeros(size1);
  let place: Place = { node: (size1 - 1n) >> shift, last: (size2 - 1n) >> shift };
  let [old, whole] = [first, first];
  for (const sibling of rest) {
    if (isLeftSibling(place)) {
      old = await hashNode(sha256, sibling, old);
      whole = await hashNode(sha256, sibling, whole);
    } else {
      whole = await hashNode(sha256, whole, sibling);
    }
    place = above(place);
  }
  if (!equalBytes(old, root1)) return refuse('the proof does not lead to the earlier root');
  return equalBytes(whole, root2) ? undefined : refuse('the proof does not lead to the later root');
}

/** A node's index on its level, and that of the level's last node (`fn` and `sn` of RFC 9162). */
type Place = { readonly node: bigint; readonly last: bigint };

/** Whether the next hash of a proof stands on the left of this node. */
function isLeftSibling({ node, last }: Place): boolean {
  return node % 2n === 1n || node === last;
}

/** Where the hash of this node and its next sibling stands: a last node without a right sibling rises until it has a left one. */
function above({ node, last }: Place): Place {
  const lonely = node === last && node !== 0n ? trailingZeros(node) : 0n;
  return { node: node >> (lonely + 1n), last: last >> (lonely + 1n) };
}

/** Hashes of an inclusion proof: up to where the paths of leaf and last leaf meet, then one for each left subtree. */
function inclusionLength(index: bigint, size: bigint): number {
  const inner = bitLength(index ^ (size - 1n));
  return inner + ones(index >> BigInt(inner));
}

function consistencyLength(size1: bigint, size2: bigint): number {
  if (size1 === size2) return 0;
  const inner = bitLength((size1 - 1n) ^ (size2 - 1n));
  const border = ones((size1 - 1n) >> BigInt(inner));
  return inner - Number(trailingZeros(size1)) + border + (isPowerOfTwo(size1) ? 0 : 1);
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === HASH_BYTES;
}

function inRange(value: bigint): boolean {
  return value >= 0n && value <= MAX_U64;
}

function isPowerOfTwo(value: bigint): boolean {
  return (value & (value - 1n)) === 0n;
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

function ones(value: bigint): number {
  return value.toString(2).replaceAll('0', '').length;
}

/** Of a value above 0. */
function trailingZeros(value: bigint): bigint {
  return BigInt(bitLength(value & -value) - 1);
}
