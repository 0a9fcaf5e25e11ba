import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { Cryptography, PublicKey } from './verifier/cryptography.ts';

const HASH_BYTES = 32;
// SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes (RFC 8410).
const ED25519_PREFIX = Uint8Array.from([
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
]);

/** The ledger verifier's cryptography from Node. */
export function nodeCryptography(): Cryptography {
  const known = new WeakMap<PublicKey, KeyObject>();
  return {
    sha256: hashAll,
    checkSignature: (publicKey, message, signature) => {
      try {
        const key = known.get(publicKey) ?? keyOf(publicKey);
        known.set(publicKey, key);
        return publicKey.algorithm === 'ed25519'
          ? verify(null, message, key, signature)
          : verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
      } catch {
        // A point that is not on the curve: nothing is its signature.
        return false;
      }
    },
  };
}

/**
 * All hashes in one piece of memory. As text and then as bytes: Node takes three times as long to make a Buffer of each,
 * and a million of them fill the memory before they are collected.
 */
function hashAll(messages: readonly Uint8Array[]): readonly Uint8Array[] {
  const [only, another] = messages;
  if (only !== undefined && another === undefined)
    return [Buffer.from(hash('sha256', only, 'binary'), 'binary')];
  const slab = Buffer.allocUnsafeSlow(messages.length * HASH_BYTES);
  return messages.map((message, at) => {
    const start = at * HASH_BYTES;
    slab.write(hash('sha256', message, 'binary'), start, HASH_BYTES, 'binary');
    return new Uint8Array(slab.buffer, start, HASH_BYTES);
  });
}

function keyOf(publicKey: PublicKey): KeyObject {
  const der =
    publicKey.algorithm === 'p256'
      ? publicKey.spki
      : Uint8Array.from([...ED25519_PREFIX, ...publicKey.bytes]);
  return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
}
