import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { s3Evidence } from '../../../shared/adapters/aws/s3-evidence.ts';
import { secretsReader } from '../../../shared/adapters/aws/secrets-reader.ts';
import { isFault, sha256Hex } from '../../../shared/kernel/index.ts';

const region = 'eu-west-1';
const named = (name: string): Error => Object.assign(new Error(name), { name });

describe('secrets', () => {
  const manager = mockClient(SecretsManagerClient);
  const open = () => secretsReader({ client: new SecretsManagerClient({ region }), secretId: 'arn:secret' });
  beforeEach(() => manager.reset());

  test('are read once, one value or a list of them, and none for a name that is not there', async () => {
    const SecretString = '{"github":["new","old"],"argocd":"one","alertmanager":""}';
    manager.on(GetSecretValueCommand).resolves({ SecretString });
    const secrets = open();
    expect(await secrets('github')).toEqual(['new', 'old']);
    expect(await secrets('argocd')).toEqual(['one']);
    expect(await secrets('alertmanager')).toEqual([]);
    expect(await secrets('toString')).toEqual([]);
    expect(manager.commandCalls(GetSecretValueCommand)).toHaveLength(1);
  });

  test('a read that failed is tried again by the next caller', async () => {
    manager
      .on(GetSecretValueCommand)
      .rejectsOnce(named('TimeoutError'))
      .resolves({ SecretString: '{"a":"b"}' });
    const secrets = open();
    await expect(secrets('a')).rejects.toSatisfy((thrown) => isFault(thrown, 'Unavailable'));
    expect(await secrets('a')).toEqual(['b']);
  });

  test('the credentials of an app are handed on as their JSON, also in a list', async () => {
    const app = { appId: 7, privateKey: 'PEM', installationId: 42 };
    const SecretString = JSON.stringify({ a: app, b: [app, 'older'] });
    manager.on(GetSecretValueCommand).resolves({ SecretString });
    expect(await open()('a')).toEqual([JSON.stringify(app)]);
    expect(await open()('b')).toEqual([JSON.stringify(app), 'older']);
  });

  test('a document of another form is refused without its content in the fault', async () => {
    for (const SecretString of ['hunter2', '{"a":{"hunter2":1}}']) {
      manager.on(GetSecretValueCommand).resolves({ SecretString });
      const thrown = await open()('a').catch((error: unknown) => error);
      expect(isFault(thrown, 'Malformed')).toBe(true);
      expect(JSON.stringify([String(thrown), thrown, (thrown as Error).cause])).not.toContain('hunter2');
    }
  });
});

describe('evidence', () => {
  const bucket = mockClient(S3Client);
  const evidence = s3Evidence({ client: new S3Client({ region }), bucket: 'evidence' });
  const bytes = new TextEncoder().encode('a large input');
  beforeEach(() => bucket.reset());

  test('is kept under its hash, only where nothing is yet', async () => {
    bucket.on(PutObjectCommand).resolvesOnce({}).rejects(named('PreconditionFailed'));
    const hash = await evidence.put(bytes, 'text/plain');
    expect(hash).toBe(sha256Hex(bytes));
    expect(await evidence.put(bytes, 'text/plain')).toBe(hash);
    const [call] = bucket.commandCalls(PutObjectCommand);
    expect(call?.args[0].input).toMatchObject({
      Key: `evidence/${hash}`,
      IfNoneMatch: '*',
      Bucket: 'evidence',
    });
  });

  test('a put beside another put of the same bytes is tried again', async () => {
    bucket
      .on(PutObjectCommand)
      .rejectsOnce(named('ConditionalRequestConflict'))
      .rejects(named('PreconditionFailed'));
    expect(await evidence.put(bytes, 'text/plain')).toBe(sha256Hex(bytes));
    bucket.on(PutObjectCommand).rejects(named('AccessDenied'));
    await expect(evidence.put(bytes, 'x')).rejects.toSatisfy((thrown) => isFault(thrown, 'PermissionDenied'));
  });

  test('what is not there reads as undefined', async () => {
    bucket.on(GetObjectCommand).rejects(named('NoSuchKey'));
    expect(await evidence.get('0'.repeat(64))).toBeUndefined();
  });
});
