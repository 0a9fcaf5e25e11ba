import { concat, utf8 } from './bytes.ts';
import type { Sha256 } from './cryptography.ts';

const LEAF = Uint8Array.of(0);
const NODE = 1;
const LINK = Uint8Array.of(2);
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

/** What an entry's link, the next entry's `prev`, is the hash of: 0x02 || utf8(ledgerId) || u64be(seq) || prev || leaf. */
export function linkMessage(
  prefix: Uint8Array,
  entry: { readonly seq: number; readonly prev: Uint8Array },
  leaf: Uint8Array,
): Uint8Array {
  const message = new Uint8Array(prefix.length + SEQ_BYTES + entry.prev.length + leaf.length);
  message.set(prefix);
  const place = new DataView(message.buffer, prefix.length);
  place.setUint32(0, Math.floor(entry.seq / U32));
  place.setUint32(4, entry.seq % U32);
  message.set(entry.prev, prefix.length + SEQ_BYTES);
  message.set(leaf, prefix.length + SEQ_BYTES + entry.prev.length);
  return message;
}

/** The leaf hash of an entry's bytes. */
export function hashLeaf(sha256: Sha256, entry: Uint8Array): Promise<Uint8Array> {
  return sha256Of(sha256, leafMessage(entry));
}

/** The hash of an inner node. */
export function hashNode(sha256: Sha256, left: Uint8Array, right: Uint8Array): Promise<Uint8Array> {
  return sha256Of(sha256, nodeMessage(left, right));
}
