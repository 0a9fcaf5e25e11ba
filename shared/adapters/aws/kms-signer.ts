import { Buffer } from 'node:buffer';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { Fault } from '../../kernel/index.ts';
import type { Signer } from '../../ledger/publish/ports.ts';
import { CLIENT_SETTINGS } from './clients.ts';
import { awsCall } from './failures.ts';

/** A client for this container. */
export const kmsClient = (): KMSClient => new KMSClient(CLIENT_SETTINGS);

// SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes (RFC 8410).
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/**
 * An Ed25519 key in KMS (ECC_NIST_EDWARDS25519). The message goes there whole: MessageType RAW is Ed25519 as everybody
 * checks it, DIGEST would be another scheme. Throws Fault: Unavailable, PermissionDenied, Malformed.
 */
export function kmsSigner({ client, keyId }: { readonly client: KMSClient; readonly keyId: string }): Signer {
  let known: Uint8Array | undefined;
  return {
    publicKey: async () => {
      known ??= await readPublicKey(client, keyId);
      return known;
    },
    sign: async (message) => {
      const command = new SignCommand({
        ...{ KeyId: keyId, Message: message },
        ...{ MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' },
      });
      const { Signature } = await awsCall('Sign', () => client.send(command));
      if (Signature?.length === SIGNATURE_BYTES) return Signature;
      throw new Fault(
        'Malformed',
        `Sign answered ${Signature?.length ?? 0} bytes, an Ed25519 signature has 64`,
      );
    },
  };
}

async function readPublicKey(client: KMSClient, keyId: string): Promise<Uint8Array> {
  const command = new GetPublicKeyCommand({ KeyId: keyId });
  const { PublicKey: spki = new Uint8Array() } = await awsCall('GetPublicKey', () => client.send(command));
  const key = Uint8Array.from(spki.subarray(ED25519_PREFIX.length));
  if (ED25519_PREFIX.equals(spki.subarray(0, ED25519_PREFIX.length)) && key.length === KEY_BYTES) return key;
  throw new Fault('Malformed', `${keyId} is no Ed25519 key (ECC_NIST_EDWARDS25519)`);
}
