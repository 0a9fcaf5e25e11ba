import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kmsSigner } from '../../../shared/adapters/aws/kms-signer.ts';
import { sqsCheckpointQueue } from '../../../shared/adapters/aws/sqs-checkpoint-queue.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import { nodeCryptography } from '../../../shared/ledger/node-crypto.ts';
import { clientOf, type Fixture, startFixture } from '../../local/aws/fixture.ts';

const region = 'eu-west-1';
const named = (name: string): Error => Object.assign(new Error(name), { name });
const fault = (name: 'Unavailable' | 'PermissionDenied' | 'Malformed') => (thrown: unknown) =>
  isFault(thrown, name);
const key = (KeySpec: string) => ({
  Type: 'AWS::KMS::Key',
  Properties: { KeySpec, KeyUsage: 'SIGN_VERIFY', KeyPolicy: { Statement: [] } },
});

describe('KMS of the local cloud', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture({ Ed: key('ECC_NIST_EDWARDS25519'), Other: key('ECC_NIST_P256') });
  });
  afterAll(() => fixture.end());
  const signer = (name: string) => {
    const keyId = `arn:aws:kms:us-east-1:000000000000:key/Test-${name}`;
    return kmsSigner({ client: new KMSClient(clientOf(fixture.cloud)), keyId });
  };

  test('signs so that the verifier of the ledger accepts it', async () => {
    const message = Buffer.from('origin\n1\nroot\n');
    const ed = signer('Ed');
    const bytes = await ed.publicKey();
    const signature = await ed.sign(message);
    expect([bytes.length, signature.length]).toEqual([32, 64]);
    const { checkSignature } = nodeCryptography();
    expect(checkSignature({ algorithm: 'ed25519', bytes }, message, signature)).toBe(true);
  });

  test('a key of another kind is refused', async () => {
    await expect(signer('Other').publicKey()).rejects.toSatisfy(fault('Malformed'));
  });
});

describe('where KMS does not answer as it should', () => {
  const client = new KMSClient({ region });
  const kms = mockClient(client);
  beforeEach(() => kms.reset());

  test('the public key is read once; a read that failed is tried again', async () => {
    const spki = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.alloc(32, 7)]);
    kms.on(GetPublicKeyCommand).rejectsOnce(named('KMSInternalException')).resolves({ PublicKey: spki });
    const signer = kmsSigner({ client, keyId: 'alias/ledger' });
    await expect(signer.publicKey()).rejects.toSatisfy(fault('Unavailable'));
    for (let time = 1; time <= 3; time += 1)
      expect(await signer.publicKey()).toEqual(new Uint8Array(32).fill(7));
    expect(kms.commandCalls(GetPublicKeyCommand)).toHaveLength(2);
  });

  test('the whole message goes there; what comes back is a signature or a fault', async () => {
    const signer = kmsSigner({ client, keyId: 'alias/ledger' });
    kms
      .on(SignCommand)
      .resolvesOnce({ Signature: new Uint8Array(64) })
      .resolvesOnce({ Signature: new Uint8Array(70) })
      .rejectsOnce(named('AccessDeniedException'))
      .rejects(named('ThrottlingException'));
    const message = Uint8Array.of(1, 2, 3);
    expect(await signer.sign(message)).toHaveLength(64);
    expect(kms.commandCalls(SignCommand)[0]?.args[0].input).toEqual({
      ...{ KeyId: 'alias/ledger', Message: message },
      ...{ MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' },
    });
    await expect(signer.sign(message)).rejects.toSatisfy(fault('Malformed'));
    await expect(signer.sign(message)).rejects.toSatisfy(fault('PermissionDenied'));
    await expect(signer.sign(message)).rejects.toSatisfy(fault('Unavailable'));
  });
});

describe('the queue of checkpoints', () => {
  const client = new SQSClient({ region });
  const sqs = mockClient(client);
  const queue = sqsCheckpointQueue({ client, url: 'https://queue' });
  beforeEach(() => sqs.reset());

  test('takes a message that comes after so many seconds; outages leave as faults', async () => {
    sqs.on(SendMessageCommand).resolvesOnce({}).rejects(named('ThrottlingException'));
    await queue.ask(10);
    const sent = sqs.commandCalls(SendMessageCommand)[0]?.args[0].input;
    expect(sent).toEqual({ QueueUrl: 'https://queue', MessageBody: '{"v":1}', DelaySeconds: 10 });
    await expect(queue.ask(0)).rejects.toSatisfy(fault('Unavailable'));
  });
});
