import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Signer } from '../../shared/ledger/publish/ports.ts';

// SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes (RFC 8410).
const SPKI_PREFIX_BYTES = 12;
const OTHERS = 0o077;

/**
 * The witness's key of a folder, drawn at its first start and readable by its owner alone. Throws an Error where others may
 * read it, or where it is there without the memory beside it: such a witness would cosign a history that it has seen rolled
 * back, and must begin anew under another key.
 */
export function witnessSigner(folder: string): Signer {
  const [file, memory] = [join(folder, 'witness.key'), join(folder, 'logs')];
  if (!existsSync(file)) {
    if (existsSync(memory)) throw new Error(`the key ${file} is gone: a new one needs a new folder`);
    mkdirSync(memory, { recursive: true, mode: 0o700 });
    draw(file);
  }
  if (!existsSync(memory))
    throw new Error(
      `${memory} is gone, and with it what this witness has seen: begin in a new folder, with a new key`,
    );
  if ((statSync(file).mode & OTHERS) !== 0) throw new Error(`others may read ${file}: its mode must be 600`);
  const secret = createPrivateKey(readFileSync(file));
  return {
    publicKey: async () => rawPublicKey(secret),
    sign: async (message) => sign(null, message, secret),
  };
}

function draw(file: string): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  // `wx`: of two that start at once, one draws the key and the other fails
  const handle = openSync(file, 'wx', 0o600);
  writeSync(handle, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  fsyncSync(handle);
  closeSync(handle);
}

function rawPublicKey(secret: KeyObject): Uint8Array {
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  return new Uint8Array(spki.subarray(SPKI_PREFIX_BYTES));
}
