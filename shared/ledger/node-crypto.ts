import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import type { Cryptography, PublicKey } from './verifier/cryptography.ts';

// SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes (RFC 8410).
const ED25519_PREFIX = Uint8Array.from([
  0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
]);

/** The ledger verifier's cryptography from Node. */
export function nodeCryptography(): Cryptography {
  const known = new WeakMap<PublicKey, KeyObject>();
  return {
    sha256: (messages) => messages.map((message) => hash('sha256', message, 'buffer')),
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

function keyOf(publicKey: PublicKey): KeyObject {
  const der =
    publicKey.algorithm === 'p256'
      ? publicKey.spki
      : Uint8Array.from([...ED25519_PREFIX, ...publicKey.bytes]);
  return createPublicKey({ key: Buffer.from(der), format: 'der', type: 'spki' });
}
