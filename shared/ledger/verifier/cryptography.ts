/** SHA-256 of each message, in order. Many at once, so that a browser's asynchronous hashing costs one turn, not thousands. */
export type Sha256 = (messages: readonly Uint8Array[]) => Awaitable<readonly Uint8Array[]>;

export type PublicKey =
  | { readonly algorithm: 'ed25519'; readonly bytes: Uint8Array }
  /** DER of SubjectPublicKeyInfo. */
  | { readonly algorithm: 'p256'; readonly spki: Uint8Array };

/** Whether a signature is the key's over the message: Ed25519 (RFC 8032), or ECDSA with SHA-256 as r || s, 64 bytes. */
export type CheckSignature = (
  key: PublicKey,
  message: Uint8Array,
  signature: Uint8Array,
) => Awaitable<boolean>;

/** What the verifier takes from where it runs: Node's crypto (shared/ledger/node-crypto.ts) or a browser's (web-crypto.ts). */
export type Cryptography = { readonly sha256: Sha256; readonly checkSignature: CheckSignature };

type Awaitable<T> = T | Promise<T>;
