import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, type Fixture, startFixture } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({
    Files: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        BucketName: 'files',
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } } },
      },
    },
  });
});
afterAll(() => fixture.end());

const client = () => new S3Client({ ...clientOf(fixture.cloud), forcePathStyle: true });
const place = { Bucket: 'files', Key: 'a b/ü&.txt' };

test('an object is put once where the caller asks for that, read back, and listed', async () => {
  const put = new PutObjectCommand({ ...place, Body: 'text', IfNoneMatch: '*', Metadata: { by: 'me' } });
  await client().send(put);
  await expect(client().send(put)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  const got = await client().send(new GetObjectCommand(place));
  expect(await got.Body?.transformToString()).toBe('text');
  expect(got.Metadata).toEqual({ by: 'me' });
  const listed = await client().send(new ListObjectsV2Command({ Bucket: 'files', Prefix: 'a b/' }));
  expect(listed.Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([[place.Key, 4]]);
});

test('a locked version cannot be deleted, a delete without version only hides it', async () => {
  const { VersionId } = await client().send(new PutObjectCommand({ ...place, Body: 'locked' }));
  const removed = client().send(new DeleteObjectCommand({ ...place, VersionId }));
  await expect(removed).rejects.toMatchObject({ name: 'AccessDenied' });
  await client().send(new DeleteObjectCommand(place));
  await expect(client().send(new HeadObjectCommand(place))).rejects.toMatchObject({ name: 'NotFound' });
  const { Body } = await client().send(new GetObjectCommand({ ...place, VersionId }));
  expect(await Body?.transformToString()).toBe('locked');
});
