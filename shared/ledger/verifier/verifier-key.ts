import {
  concat,
  equalBytes,
  HASH_BYTES,
  hex,
  isRefused,
  type Refusal,
  refuse,
  unbase64,
  unhex,
  utf8,
} from './bytes.ts';
import type { Cryptography, PublicKey } from './cryptography.ts';
import { sha256Of } from './hashes.ts';

/** Types of signatures as C2SP signed-note numbers them; all others are unknown keys to us. */
export const NOTE_TYPES = { ed25519: 0x01, p256: 0x02, cosignature: 0x04 } as const;
export type NoteType = (typeof NOTE_TYPES)[keyof typeof NOTE_TYPES];

export type VerifierKey = {
  readonly name: string;
  /** Four bytes as hex; with the name it says which key a signature is by. */
  readonly id: string;
  readonly type: NoteType;
  readonly key: PublicKey;
};

const ID_BYTES = 4;
const NEWLINE = Uint8Array.of(0x0a);
// SubjectPublicKeyInfo of an uncompressed point on P-256, before its 64 bytes (RFC 5480).
const P256_PREFIX = unhex('3059301306072a8648ce3d020106082a8648ce3d03010703420004') ?? new Uint8Array();
const P256_BYTES = P256_PREFIX.length + 64;

/** Key names are not empty and hold no Unicode space and no plus (C2SP signed-note). */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}\p{Cc}+]/u.test(name);
}

/**
 * Reads a vkey, `<name>+<id>+<base64 of type and key>`: types 0x01 (Ed25519), 0x02 (P-256, SubjectPublicKeyInfo) and 0x04
 * (timestamped Ed25519 cosignature). The id must be the key's own.
 */
export async function readVerifierKey(
  vkey: string,
  { sha256 }: Pick<Cryptography, 'sha256'>,
): Promise<VerifierKey | Refusal> {
  const [name = '', id = '', material = '', ...rest] = vkey.split('+');
  // Base64 has plus signs of its own.
  const bytes = unbase64([material, ...rest].join('+'));
  if (!isKeyName(name)) return refuse('a verifier key begins with its name, without spaces');
  if (!/^[0-9a-f]{8}$/.test(id)) return refuse('the key id must be eight hex digits');
  const read = bytes === undefined ? refuse('the key is not base64') : publicKey(bytes);
  if (isRefused(read)) return read;
  const own = await keyId(name, read, { sha256 });
  if (own !== id) return refuse(`the key's id is ${own}, not ${id}`);
  return { name, id, ...read };
}

/** A vkey's text, from a name and a public key. */
export async function verifierKeyText(
  name: string,
  read: Pick<VerifierKey, 'type' | 'key'>,
  crypto: Pick<Cryptography, 'sha256'>,
): Promise<string> {
  const material = concat(Uint8Array.of(read.type), rawKey(read.key));
  return `${name}+${await keyId(name, read, crypto)}+${btoa(String.fromCharCode(...material))}`;
}

/** SHA-256(name || LF || type || key)[:4]; for P-256 SHA-256(SubjectPublicKeyInfo)[:4] (C2SP signed-note). */
async function keyId(
  name: string,
  { type, key }: Pick<VerifierKey, 'type' | 'key'>,
  { sha256 }: Pick<Cryptography, 'sha256'>,
): Promise<string> {
  const raw = rawKey(key);
  const named = concat(utf8(name), NEWLINE, Uint8Array.of(type), raw);
  const hash = await sha256Of(sha256, type === NOTE_TYPES.p256 ? raw : named);
  return hex(hash.subarray(0, ID_BYTES));
}

function rawKey(key: PublicKey): Uint8Array {
  return key.algorithm === 'p256' ? key.spki : key.bytes;
}

function publicKey(material: Uint8Array): Pick<VerifierKey, 'type' | 'key'> | Refusal {
  const [type, key] = [material[0], material.slice(1)];
  if (type === NOTE_TYPES.p256) {
    const sound = key.length === P256_BYTES && equalBytes(key.subarray(0, P256_PREFIX.length), P256_PREFIX);
    return sound ? { type, key: { algorithm: 'p256', spki: key } } : refuse('no public key on P-256');
  }
  if (type !== NOTE_TYPES.ed25519 && type !== NOTE_TYPES.cosignature)
    return refuse(`signatures of type ${type ?? 'none'} are not known here`);
  if (key.length !== HASH_BYTES) return refuse('an Ed25519 public key has 32 bytes');
  return { type, key: { algorithm: 'ed25519', bytes: key } };
}
