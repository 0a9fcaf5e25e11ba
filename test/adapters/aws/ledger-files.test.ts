import { DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { s3LedgerFiles } from '../../../shared/adapters/aws/s3-ledger-files.ts';
import { isFault } from '../../../shared/kernel/index.ts';
import { clientOf, type Fixture, startFixture } from '../../local/aws/fixture.ts';
import { ledgerFilesContract } from '../../support/publishing-contract.ts';

const BUCKET = 'ledger-files';
const RESOURCES = {
  Files: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketName: BUCKET,
      VersioningConfiguration: { Status: 'Enabled' },
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 1 } } },
    },
  },
};

describe('S3 of the local cloud', () => {
  let fixture: Fixture;
  let client: S3Client;
  beforeAll(async () => {
    fixture = await startFixture(RESOURCES);
    client = new S3Client({ ...clientOf(fixture.cloud), forcePathStyle: true });
  });
  afterAll(() => fixture.end());
  const files = () => s3LedgerFiles({ client, bucket: BUCKET });

  ledgerFilesContract('S3', files);

  test('what was published first counts, however often somebody deletes it or writes it again', async () => {
    const Key = 'tile/0/x001/000';
    expect(await files().putOnce(Key, Uint8Array.of(1))).toBe('written');
    for (const byte of [2, 3])
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Uint8Array.of(byte) }));
    await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key }));
    expect([...((await files().read(Key)) ?? [])]).toEqual([1]);
  });
});

describe('where S3 does not answer as it should', () => {
  const client = new S3Client({ region: 'eu-west-1' });
  const bucket = mockClient(client);
  const files = s3LedgerFiles({ client, bucket: BUCKET });
  const named = (name: string): Error => Object.assign(new Error(name), { name });
  beforeEach(() => bucket.reset());

  test('a put beside another put is tried again; refusals and outages leave as faults', async () => {
    bucket.on(PutObjectCommand).rejectsOnce(named('ConditionalRequestConflict')).resolves({});
    expect(await files.putOnce('tile/0/000', Uint8Array.of(1))).toBe('written');
    expect(bucket.commandCalls(PutObjectCommand)[1]?.args[0].input).toMatchObject({ IfNoneMatch: '*' });
    for (const [name, fault] of [
      ['AccessDenied', 'PermissionDenied'],
      ['SlowDown', 'Unavailable'],
    ] as const) {
      bucket.on(PutObjectCommand).rejects(named(name));
      await expect(files.putOnce('tile/0/000', Uint8Array.of(1))).rejects.toSatisfy((thrown) =>
        isFault(thrown, fault),
      );
    }
  });
});
