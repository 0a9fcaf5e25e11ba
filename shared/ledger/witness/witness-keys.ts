import {
  type Cryptography,
  isKeyName,
  isRefused,
  NOTE_TYPES,
  type Refusal,
  readVerifierKey,
  refuse,
  type VerifierKey,
  verifierKeyText,
} from '../verifier/index.ts';

/** The verifier key (type 0x04) of a witness with this name and raw public key. */
export async function witnessKey(
  name: string,
  publicKey: Uint8Array,
  cryptography: Cryptography,
): Promise<VerifierKey | Refusal> {
  if (!isKeyName(name)) return refuse('the name of a witness has no space and no plus, and is not empty');
  const key = { type: NOTE_TYPES.cosignature, key: { algorithm: 'ed25519', bytes: publicKey } } as const;
  return readVerifierKey(await verifierKeyText(name, key, cryptography), cryptography);
}

/**
 * The keys of the logs that a witness is set up for, from vkeys parted by commas or newlines, as in a key file
 * (`#` begins a remark). A log's own time line (type 0x04), which a key file has too, is no key of a log and is passed over.
 */
export async function readLogKeys(
  text: string,
  cryptography: Cryptography,
): Promise<{ readonly logs: readonly VerifierKey[] } | Refusal> {
  const logs: VerifierKey[] = [];
  for (const vkey of text.split(/[\n,]/).map((each) => each.trim())) {
    if (vkey === '' || vkey.startsWith('#')) continue;
    const key = await readVerifierKey(vkey, cryptography);
    if (isRefused(key)) return refuse(`the log key "${vkey}": ${key.refused}`);
    if (key.type !== NOTE_TYPES.cosignature) logs.push(key);
  }
  return logs.length === 0 ? refuse('no key of a log is named') : { logs };
}
