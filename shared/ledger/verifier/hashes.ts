import { concat, HASH_BYTES, utf8 } from './bytes.ts';
import type { Sha256 } from './cryptography.ts';

const LEAF = Uint8Array.of(0);
const NODE = 1;
const LINK = Uint8Array.of(2);
const NOTHING = new Uint8Array();
const NODE_BYTES = 1 + 2 * HASH_BYTES;
const SEQ_BYTES = 8;
const U32 = 2 ** 32;

/** SHA-256 of one message. */
export async function sha256Of(sha256: Sha256, message: Uint8Array): Promise<Uint8Array> {
  const [hash] = await sha256([message]);
  if (hash === undefined) throw new Error('the hash function answered nothing');
  return hash;
}

/** What a leaf is the hash of: 0x00 || entry (RFC 6962 section 2.1). */
export function leafMessage(entry: Uint8Array): Uint8Array {
  return concat(LEAF, entry);
}

/** What an inner node is the hash of: 0x01 || left || right (RFC 6962 section 2.1). */
export function nodeMessage(left: Uint8Array, right: Uint8Array): Uint8Array {
  const message = new Uint8Array(1 + left.length + right.length);
  message[0] = NODE;
  message.set(left, 1);
  message.set(right, 1 + left.length);
  return message;
}

/** What all links of a ledger begin with: 0x02 || utf8(ledgerId). */
export function linkPrefix(ledgerId: string): Uint8Array {
  return concat(LINK, utf8(ledgerId));
}

/**
 * What an entry's link, the next entry's `prev`, is the hash of, for entries side by side:
 * 0x02 || utf8(ledgerId) || u64be(seq) || prev || leaf. In one piece of memory, as all these batches are.
 */
export function linkMessages(
  prefix: Uint8Array,
  entries: readonly { readonly seq: number; readonly prev: Uint8Array }[],
  leaves: readonly Uint8Array[],
): readonly Uint8Array[] {
  const length = prefix.length + SEQ_BYTES + 2 * HASH_BYTES;
  const slab = new Uint8Array(entries.length * length);
  const places = new DataView(slab.buffer);
  return entries.map(({ seq, prev }, at) => {
    const start = at * length;
    const place = start + prefix.length;
    slab.set(prefix, start);
    places.setUint32(place, Math.floor(seq / U32));
    places.setUint32(place + 4, seq % U32);
    slab.set(prev, place + SEQ_BYTES);
    slab.set(leaves[at] ?? NOTHING, place + SEQ_BYTES + HASH_BYTES);
    return slab.subarray(start, start + length);
  });
}

/** What the leaves of entries are the hashes of. */
export function leafMessages(entries: readonly Uint8Array[]): readonly Uint8Array[] {
  const slab = new Uint8Array(entries.reduce((sum, entry) => sum + 1 + entry.length, 0));
  let end = 0;
  return entries.map((entry) => {
    const start = end;
    end += 1 + entry.length;
    slab.set(entry, start + 1);
    return slab.subarray(start, end);
  });
}

/** What the nodes over hashes are the hashes of, two by two; an odd one at the end is left out. */
export function nodeMessages(hashes: readonly Uint8Array[]): readonly Uint8Array[] {
  const slab = new Uint8Array(Math.floor(hashes.length / 2) * NODE_BYTES);
  return Array.from({ length: Math.floor(hashes.length / 2) }, (_, at) => {
    const start = at * NODE_BYTES;
    slab[start] = NODE;
    slab.set(hashes[2 * at] ?? NOTHING, start + 1);
    slab.set(hashes[2 * at + 1] ?? NOTHING, start + 1 + HASH_BYTES);
    return slab.subarray(start, start + NODE_BYTES);
  });
}

/** The leaf hash of an entry's bytes. */
export function hashLeaf(sha256: Sha256, entry: Uint8Array): Promise<Uint8Array> {
  return sha256Of(sha256, leafMessage(entry));
}

/** The hash of an inner node. */
export function hashNode(sha256: Sha256, left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return sha256Of(sha256, nodeMessage(left, right));
}
