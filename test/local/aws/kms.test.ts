import { createPublicKey, verify } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand, type SigningAlgorithmSpec } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIam } from '../../../local/cloud/iam/iam.ts';
import { clientOf, type Fixture, startFixture } from './fixture.ts';

const KeyPolicy = {
  Statement: {
    Effect: 'Allow',
    Action: 'kms:*',
    Principal: { AWS: 'arn:aws:iam::000000000000:root' },
    Resource: '*',
  },
};
const key = (KeySpec: string, own: object = {}) => ({
  Type: 'AWS::KMS::Key',
  Properties: { KeySpec, KeyUsage: 'SIGN_VERIFY', KeyPolicy, ...own },
});
const RESOURCES = {
  Ledger: key('ECC_NIST_EDWARDS25519'),
  Second: key('ECC_NIST_P256'),
  Alias: {
    Type: 'AWS::KMS::Alias',
    Properties: { AliasName: 'alias/ledger', TargetKeyId: { 'Fn::GetAtt': ['Ledger', 'Arn'] } },
  },
};
const may = (Action: string) => ({
  source: 'export const handler = () => null;',
  statements: [{ Effect: 'Allow', Action, Resource: { 'Fn::GetAtt': ['Ledger', 'Arn'] } }],
});
const FUNCTIONS = { Signer: may('kms:Sign'), Reader: may('kms:GetPublicKey') };
const ARN = 'arn:aws:kms:us-east-1:000000000000:key/Test-Ledger';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(RESOURCES, FUNCTIONS);
});
afterAll(() => fixture.end());

const client = (role?: string) => {
  const { resources } = fixture.cloud;
  const accessKeyId = role === undefined ? 'local' : createIam(resources).credentialsOf(role).accessKeyId;
  return new KMSClient(clientOf(fixture.cloud, accessKeyId));
};
const Message = Buffer.from('origin\n1\nroot\n');
const signed = (KeyId: string, SigningAlgorithm: SigningAlgorithmSpec, own: object = {}, role?: string) =>
  client(role).send(new SignCommand({ KeyId, Message, MessageType: 'RAW', SigningAlgorithm, ...own }));
const publicKey = async (KeyId: string, role?: string) => {
  const { PublicKey = new Uint8Array() } = await client(role).send(new GetPublicKeyCommand({ KeyId }));
  return createPublicKey({ key: Buffer.from(PublicKey), type: 'spki', format: 'der' });
};

test.each([
  ['Test-Ledger', 'ED25519_SHA_512', null],
  ['Test-Second', 'ECDSA_SHA_256', 'sha256'],
] as const)(
  'the key %s signs by %s, and anybody checks it with the public key',
  async (id, algorithm, hash) => {
    const { Signature = new Uint8Array(), KeyId } = await signed(id, algorithm);
    expect(KeyId).toBe(`arn:aws:kms:us-east-1:000000000000:key/${id}`);
    expect(verify(hash, Message, await publicKey(id), Signature)).toBe(true);
  },
);

test('a key is found by its id, its ARN, its alias and the ARN of its alias', async () => {
  const names = ['Test-Ledger', ARN, 'alias/ledger', 'arn:aws:kms:us-east-1:000000000000:alias/ledger'];
  for (const name of names) expect((await signed(name, 'ED25519_SHA_512')).KeyId).toBe(ARN);
});

describe('a call is refused in the words of KMS', () => {
  test.each([
    ['another algorithm than the key has', ARN, 'ECDSA_SHA_256', {}, 'InvalidKeyUsageException'],
    ['a digest for Ed25519', ARN, 'ED25519_SHA_512', { MessageType: 'DIGEST' }, 'ValidationException'],
    [
      'a digest for P-256, which AWS signs and this machine does not',
      'Test-Second',
      'ECDSA_SHA_256',
      { Message: Buffer.alloc(32), MessageType: 'DIGEST' },
      'UnsupportedOperationException',
    ],
    ['over 4,096 bytes', ARN, 'ED25519_SHA_512', { Message: Buffer.alloc(4097) }, 'ValidationException'],
    ['a key nobody made', 'alias/other', 'ED25519_SHA_512', {}, 'NotFoundException'],
  ] as const)('%s', async (_, id, algorithm, own, name) => {
    await expect(signed(id, algorithm, own)).rejects.toMatchObject({ name });
  });
  test('and 4,096 bytes are signed', async () => {
    await signed(ARN, 'ED25519_SHA_512', { Message: Buffer.alloc(4096) });
  });
});

test('a role signs or reads the public key as its policy says, under any name of the key', async () => {
  const denied = { name: 'AccessDeniedException' };
  await signed('alias/ledger', 'ED25519_SHA_512', {}, 'SignerRole');
  await publicKey(ARN, 'ReaderRole');
  await expect(signed(ARN, 'ED25519_SHA_512', {}, 'ReaderRole')).rejects.toMatchObject(denied);
  await expect(publicKey(ARN, 'SignerRole')).rejects.toMatchObject(denied);
  await expect(signed('Test-Second', 'ECDSA_SHA_256', {}, 'SignerRole')).rejects.toMatchObject(denied);
});

test('a key is the same after a restart', async () => {
  const before = await publicKey(ARN);
  const { folder } = fixture;
  await fixture.cloud.close();
  fixture = await startFixture(RESOURCES, FUNCTIONS, { dataDir: folder });
  expect((await publicKey(ARN)).equals(before)).toBe(true);
});

test.each([
  ['encrypts', key('SYMMETRIC_DEFAULT', { KeyUsage: 'ENCRYPT_DECRYPT' })],
  ['is of a kind that is not run', key('RSA_2048')],
  ['turns', key('ECC_NIST_P256', { EnableKeyRotation: true })],
])('a key that %s is refused at start', async (_, Other) => {
  await expect(startFixture({ Other })).rejects.toThrow('Other: only keys that sign');
});
