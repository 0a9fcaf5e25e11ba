import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientOf, type Fixture, startFixture } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({
    Files: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'files', ObjectLockEnabled: true } },
  });
});
afterAll(() => fixture.end());

const client = () => new S3Client({ ...clientOf(fixture.cloud), forcePathStyle: true });
const place = { Bucket: 'files', Key: 'a b/ü&.txt' };
const text = async () => (await client().send(new GetObjectCommand(place))).Body?.transformToString();

test('an object is put once where the caller asks for that, and read back in its newest version', async () => {
  const put = (Body: string, once: object = { IfNoneMatch: '*' }) =>
    client().send(new PutObjectCommand({ ...place, Body, ...once }));
  await expect(text()).rejects.toMatchObject({ name: 'NoSuchKey' });
  await put('first');
  await expect(put('second')).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(await text()).toBe('first');
  await put('second', {});
  expect(await text()).toBe('second');
});

test('nothing can be deleted, and a lock of a single object is refused rather than forgotten', async () => {
  const removed = client().send(new DeleteObjectCommand(place));
  await expect(removed).rejects.toMatchObject({ name: 'NotImplemented' });
  const locked = new PutObjectCommand({ ...place, Body: 'x', ObjectLockMode: 'GOVERNANCE' });
  await expect(client().send(locked)).rejects.toMatchObject({ name: 'NotImplemented' });
});
