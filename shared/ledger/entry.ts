import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { canonicalJson, sha256Hex } from '../kernel/index.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);
const Time = z.iso.datetime({ precision: 3 });

/** A decision sealed: it needs the envelope only, so that erasing a payload leaves the ledger whole. */
export const Entry = z.strictObject({
  v: z.literal(1),
  ledgerId: z.string().min(1),
  seq: z.int().min(0),
  prev: Hash,
  kind: z.string().min(1),
  id: z.string().min(1),
  rev: z.int().min(1),
  occurredAt: Time,
  sealedAt: Time,
  via: z.enum(['stream', 'reconcile']),
  commitment: Hash,
});
export type Entry = Readonly<z.infer<typeof Entry>>;

/** `prev` of entry 0: 32 zero bytes. */
export const ZERO_HASH = '0'.repeat(64);

/** The bytes that are hashed, stored and published: RFC 8785 text of the entry. */
export function entryBytes(entry: Entry): string {
  return canonicalJson(entry);
}

/** leaf = SHA-256(0x00 || entry bytes), RFC 6962 section 2.1. */
export function leafHash(bytes: Uint8Array | string): string {
  return sha256Hex(Uint8Array.of(0x00), bytes);
}

/** link = SHA-256(0x02 || utf8(ledgerId) || u64be(seq) || prev || leaf): what the next entry carries as `prev`. */
export function linkHash(entry: Pick<Entry, 'ledgerId' | 'seq' | 'prev'>, leaf: string): string {
  const seq = Buffer.alloc(8);
  seq.writeBigUInt64BE(BigInt(entry.seq));
  return sha256Hex(
    Uint8Array.of(0x02),
    entry.ledgerId,
    seq,
    Buffer.from(entry.prev, 'hex'),
    Buffer.from(leaf, 'hex'),
  );
}
