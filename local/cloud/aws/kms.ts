import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { arn, arnOf, identify } from '../template/identities.ts';
import { entryOf } from '../template/values.ts';
import { AwsFailure, type AwsService, type Resource } from '../types.ts';
import { type Json, need, textAt } from './shapes.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS kms_keys (
  arn TEXT PRIMARY KEY, spec TEXT NOT NULL, pem TEXT NOT NULL)`;
const MAX_MESSAGE_BYTES = 4096;

type Spec = {
  readonly algorithm: string;
  /** None for Ed25519, which hashes by itself. */
  readonly hash?: string;
  readonly pair: () => { readonly privateKey: KeyObject };
};

const P256 = { namedCurve: 'P-256' };
const SPECS: Readonly<Record<string, Spec>> = {
  ECC_NIST_EDWARDS25519: { algorithm: 'ED25519_SHA_512', pair: () => generateKeyPairSync('ed25519') },
  ECC_NIST_P256: { algorithm: 'ECDSA_SHA_256', hash: 'sha256', pair: () => generateKeyPairSync('ec', P256) },
};

type Key = { readonly arn: string; readonly name: string; readonly spec: Spec; readonly secret: KeyObject };

/**
 * The keys of the template that sign, made once and kept with the data. Whole messages only: this machine's library has
 * no way to sign a digest. `arnOf` is the key behind an id, ARN or alias; it throws AwsFailure('NotFoundException').
 */
export function createKms(resources: readonly Resource[], database: DatabaseSync) {
  database.exec(SCHEMA);
  const known = new Map<string, Key>();
  for (const resource of resources.filter(({ type }) => type === 'AWS::KMS::Key')) {
    const key = keyOf(resource, database);
    for (const name of [key.arn, identify(resource).Ref]) known.set(name, key);
  }
  for (const resource of resources.filter(({ type }) => type === 'AWS::KMS::Alias')) {
    const target = known.get(textAt(resource.properties, 'TargetKeyId') ?? '');
    if (target === undefined) throw new Error(`${resource.logicalId}: its key is none of the template`);
    const { Ref } = identify(resource);
    for (const name of [Ref, arn('kms', Ref)]) known.set(name, target);
  }
  const find = (id: string): Key => {
    const found = known.get(id);
    if (found !== undefined) return found;
    throw new AwsFailure('NotFoundException', `Key or alias '${id}' does not exist`);
  };
  const service: AwsService = async (action, input) => {
    const key = find(need(input, 'KeyId'));
    if (action === 'Sign') return { KeyId: key.arn, ...signature(key, input) };
    if (action === 'GetPublicKey') return publicKey(key);
    throw new AwsFailure('UnsupportedOperationException', `KMS ${action} is not run here`);
  };
  return { service, arnOf: (id: string) => find(id).arn };
}

function keyOf(resource: Resource, database: DatabaseSync): Key {
  const { logicalId, properties } = resource;
  const name = textAt(properties, 'KeySpec') ?? 'SYMMETRIC_DEFAULT';
  const spec = entryOf(SPECS, name);
  const turned = [properties.EnableKeyRotation, properties.MultiRegion].includes(true);
  if (spec === undefined || properties.KeyUsage !== 'SIGN_VERIFY' || turned || properties.Enabled === false)
    throw new Error(`${logicalId}: only keys that sign, of ${Object.keys(SPECS).join(' or ')}, are run`);
  const own = arnOf(resource);
  const find = database.prepare('SELECT spec, pem FROM kms_keys WHERE arn = ?');
  if (find.get(own) === undefined) {
    const pem = spec.pair().privateKey.export({ type: 'pkcs8', format: 'pem' });
    database.prepare('INSERT INTO kms_keys VALUES (?, ?, ?)').run(own, name, String(pem));
  }
  const row = find.get(own);
  if (row?.spec !== name)
    throw new Error(`${logicalId}: it was made as ${row?.spec}, and a key cannot change`);
  return { arn: own, name, spec, secret: createPrivateKey(String(row.pem)) };
}

function signature({ name, spec, secret }: Key, input: Json): Json {
  const message = Buffer.from(need(input, 'Message'), 'base64');
  const SigningAlgorithm = need(input, 'SigningAlgorithm');
  const { MessageType = 'RAW' } = input;
  const unfit = `is incompatible with key spec ${name}.`;
  if (message.byteLength > MAX_MESSAGE_BYTES) {
    const limit = `Member must have length less than or equal to ${MAX_MESSAGE_BYTES}`;
    throw new AwsFailure('ValidationException', `Value at 'message' failed to satisfy constraint: ${limit}`);
  }
  if (SigningAlgorithm !== spec.algorithm)
    throw new AwsFailure('InvalidKeyUsageException', `Algorithm ${SigningAlgorithm} ${unfit}`);
  if (MessageType === 'DIGEST' && spec.hash !== undefined)
    throw new AwsFailure('UnsupportedOperationException', 'a digest is not signed here: send the message');
  if (MessageType !== 'RAW')
    throw new AwsFailure('ValidationException', `Message type ${String(MessageType)} ${unfit}`);
  return { SigningAlgorithm, Signature: sign(spec.hash ?? null, message, secret).toString('base64') };
}

function publicKey(key: Key): Json {
  const der = createPublicKey(key.secret).export({ type: 'spki', format: 'der' });
  const { arn: KeyId, name: KeySpec, spec } = key;
  const SigningAlgorithms = [spec.algorithm];
  return { KeyId, KeySpec, KeyUsage: 'SIGN_VERIFY', PublicKey: der.toString('base64'), SigningAlgorithms };
}
