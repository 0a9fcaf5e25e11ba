import type { Cryptography, PublicKey } from './cryptography.ts';

/** What is used of `crypto.subtle`, so that the verifier needs no types of a browser. */
export type Subtle<Key = unknown> = {
  readonly digest: (algorithm: 'SHA-256', message: Uint8Array<ArrayBuffer>) => Promise<ArrayBuffer>;
  readonly importKey: (
    format: 'raw' | 'spki',
    bytes: Uint8Array<ArrayBuffer>,
    algorithm: { readonly name: string; readonly namedCurve?: string },
    extractable: boolean,
    usages: ['verify'],
  ) => Promise<Key>;
  readonly verify: (
    algorithm: { readonly name: string; readonly hash?: string },
    key: Key,
    signature: Uint8Array<ArrayBuffer>,
    message: Uint8Array<ArrayBuffer>,
  ) => Promise<boolean>;
};

/** The verifier's cryptography from WebCrypto: `webCryptography(crypto.subtle)` in a browser. */
export function webCryptography<Key>(subtle: Subtle<Key>): Cryptography {
  return {
    sha256: async (messages) => {
      const hashes = await Promise.all(messages.map((message) => subtle.digest('SHA-256', owned(message))));
      return hashes.map((hash) => new Uint8Array(hash));
    },
    checkSignature: async (publicKey, message, signature) => {
      try {
        const { key, algorithm } = await imported(subtle, publicKey);
        return await subtle.verify(algorithm, key, owned(signature), owned(message));
      } catch {
        // A point that is not on the curve, a signature of another length: not the key's signature.
        return false;
      }
    },
  };
}

async function imported<Key>(subtle: Subtle<Key>, publicKey: PublicKey) {
  if (publicKey.algorithm === 'p256') {
    const curve = { name: 'ECDSA', namedCurve: 'P-256' };
    const key = await subtle.importKey('spki', owned(publicKey.spki), curve, false, ['verify']);
    return { key, algorithm: { name: 'ECDSA', hash: 'SHA-256' } };
  }
  const algorithm = { name: 'Ed25519' };
  const key = await subtle.importKey('raw', owned(publicKey.bytes), algorithm, false, ['verify']);
  return { key, algorithm };
}

/** WebCrypto takes no bytes of memory that several threads share; ours never are, which their type does not say. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
