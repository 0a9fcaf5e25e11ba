import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createIam } from '../../../local/cloud/iam/iam.ts';
import { clientOf, type Fixture, startFixture } from './fixture.ts';

const bucket = (BucketName: string, DefaultRetention?: object) => ({
  Type: 'AWS::S3::Bucket',
  Properties: {
    BucketName,
    VersioningConfiguration: { Status: 'Enabled' },
    ...(DefaultRetention && {
      ObjectLockEnabled: true,
      ObjectLockConfiguration: { Rule: { DefaultRetention } },
    }),
  },
});
const RESOURCES = {
  Files: bucket('files'),
  Governed: bucket('governed', { Mode: 'GOVERNANCE', Days: 1 }),
  Locked: bucket('locked', { Mode: 'COMPLIANCE', Days: 1 }),
  Policy: {
    Type: 'AWS::S3::BucketPolicy',
    Properties: {
      Bucket: 'locked',
      PolicyDocument: {
        Statement: {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::locked/*',
          Condition: { Null: { 's3:if-none-match': 'true' } },
        },
      },
    },
  },
};
const may = (Action: string | string[], Resource = 'arn:aws:s3:::locked/*') => ({
  source: 'export const handler = () => null;',
  statements: [{ Effect: 'Allow', Action, Resource }],
});
const FUNCTIONS = {
  Writer: may(['s3:PutObject', 's3:GetObject', 's3:DeleteObject']),
  Auditor: may(['s3:Get*', 's3:List*'], 'arn:aws:s3:::locked*'),
};

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture(RESOURCES, FUNCTIONS);
});
afterAll(() => fixture.end());

const client = (role?: string) => {
  const { resources } = fixture.cloud;
  const accessKeyId = role === undefined ? 'local' : createIam(resources).credentialsOf(role).accessKeyId;
  return new S3Client({ ...clientOf(fixture.cloud, accessKeyId), forcePathStyle: true });
};
type Place = { readonly Bucket: string; readonly Key: string; readonly VersionId?: string | undefined };
const put = (place: Place, Body: string, own: object = {}, role?: string) =>
  client(role).send(new PutObjectCommand({ ...place, Body, ...own }));
const text = async (place: Place, role?: string) =>
  (await client(role).send(new GetObjectCommand(place))).Body?.transformToString();
const remove = (place: Place, own: object = {}, role?: string) =>
  client(role).send(new DeleteObjectCommand({ ...place, ...own }));
const list = (own: object, role?: string) =>
  client(role).send(new ListObjectVersionsCommand({ Bucket: 'files', ...own }));
const ONCE = { IfNoneMatch: '*' };

test('an object is put once where the caller asks for that, and read back in its newest version', async () => {
  const place = { Bucket: 'files', Key: 'a b/ü&.txt' };
  await expect(text(place)).rejects.toMatchObject({ name: 'NoSuchKey' });
  const { VersionId } = await put(place, 'first', ONCE);
  await expect(put(place, 'second', ONCE)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  expect(await text(place)).toBe('first');
  await put(place, 'second');
  expect(await text(place)).toBe('second');
  expect(await text({ ...place, VersionId })).toBe('first');
  const { ContentLength, VersionId: newest } = await client().send(new HeadObjectCommand(place));
  expect(ContentLength).toBe(6);
  expect(newest).not.toBe(VersionId);
});

test('a plain delete hides an object behind a marker, which a put once may follow', async () => {
  const place = { Bucket: 'files', Key: 'hidden' };
  const { VersionId } = await put(place, 'there');
  const marker = await remove(place);
  expect(marker).toMatchObject({ DeleteMarker: true });
  await expect(text(place)).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(client().send(new HeadObjectCommand(place))).rejects.toMatchObject({ name: 'NotFound' });
  expect(await text({ ...place, VersionId })).toBe('there');
  const hidden = text({ ...place, VersionId: marker.VersionId });
  await expect(hidden).rejects.toMatchObject({ name: 'MethodNotAllowed' });
  await expect(text({ ...place, VersionId: '999999' })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  await remove({ ...place, VersionId: marker.VersionId });
  expect(await text(place)).toBe('there');
  await remove(place);
  await put(place, 'again', ONCE);
  expect(await text(place)).toBe('again');
});

test('versions are listed by key, the newest first, page by page', async () => {
  for (const key of ['list/b', 'list/a', 'list/b', 'other']) await put({ Bucket: 'files', Key: key }, key);
  await remove({ Bucket: 'files', Key: 'list/a' });
  const all = await list({ Prefix: 'list/' });
  expect(all.Versions?.map(({ Key, IsLatest, Size }) => [Key, IsLatest, Size])).toEqual([
    ['list/a', false, 6],
    ['list/b', true, 6],
    ['list/b', false, 6],
  ]);
  expect(all.DeleteMarkers?.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([['list/a', true]]);
  expect(all.IsTruncated).toBe(false);
  const found: unknown[] = [];
  for (let markers: object | undefined = {}; markers !== undefined; ) {
    const page = await list({ Prefix: 'list/', MaxKeys: 1, ...markers });
    found.push(
      ...[...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].map(({ VersionId }) => VersionId),
    );
    const { NextKeyMarker, NextVersionIdMarker } = page;
    markers = page.IsTruncated
      ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker }
      : undefined;
  }
  const ids = [...(all.DeleteMarkers ?? []), ...(all.Versions ?? [])].map(({ VersionId }) => VersionId);
  expect(found).toEqual(ids);
  expect((await list({ Prefix: 'list/', KeyMarker: 'list/a' })).Versions).toHaveLength(2);
});

describe('under a lock', () => {
  test.each([
    ['governed', {}],
    ['locked', {}],
    ['locked', { BypassGovernanceRetention: true }],
  ])('no version in %s is removed with %o', async (Bucket, own) => {
    const place = { Bucket, Key: 'kept' };
    const { VersionId } = await put(place, 'x');
    await expect(remove({ ...place, VersionId }, own)).rejects.toMatchObject({ name: 'AccessDenied' });
    await remove(place);
    expect(await text({ ...place, VersionId })).toBe('x');
  });

  test('of governance, the owner may remove a version by asking for that', async () => {
    const place = { Bucket: 'governed', Key: 'lifted' };
    const { VersionId } = await put(place, 'x');
    await remove({ ...place, VersionId }, { BypassGovernanceRetention: true });
    await expect(text({ ...place, VersionId })).rejects.toMatchObject({ name: 'NoSuchVersion' });
  });

  test('a put without a checksum is refused', async () => {
    const settings = { requestChecksumCalculation: 'WHEN_REQUIRED', forcePathStyle: true } as const;
    const unchecked = new S3Client({ ...clientOf(fixture.cloud), ...settings });
    const command = new PutObjectCommand({ Bucket: 'locked', Key: 'unchecked', Body: 'x' });
    await expect(unchecked.send(command)).rejects.toMatchObject({ name: 'InvalidRequest' });
    await unchecked.send(new PutObjectCommand({ Bucket: 'files', Key: 'unchecked', Body: 'x' }));
  });

  test('a version is there after a restart, and still locked', async () => {
    const place = { Bucket: 'locked', Key: 'restarted' };
    const { VersionId } = await put(place, 'x');
    const { folder } = fixture;
    await fixture.cloud.close();
    fixture = await startFixture(RESOURCES, FUNCTIONS, { dataDir: folder });
    expect(await text(place)).toBe('x');
    await expect(remove({ ...place, VersionId })).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a role', () => {
  const denied = { name: 'AccessDenied' };
  const place = { Bucket: 'locked', Key: 'checkpoint/1' };
  test('that the policy of the bucket lets put once only puts once', async () => {
    await expect(put(place, 'x', {}, 'WriterRole')).rejects.toMatchObject(denied);
    await put(place, 'x', ONCE, 'WriterRole');
    expect(await text(place, 'WriterRole')).toBe('x');
  });
  test('that may not list the bucket is not told what is missing from it', async () => {
    const nothing = { Bucket: 'locked', Key: 'nothing' };
    await expect(text(nothing, 'WriterRole')).rejects.toMatchObject(denied);
    await expect(text(nothing, 'AuditorRole')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });
  test('reads, lists and removes versions by rights of their own', async () => {
    const { VersionId } =
      (await list({ Bucket: 'locked', Prefix: place.Key }, 'AuditorRole')).Versions?.[0] ?? {};
    expect(await text({ ...place, VersionId }, 'AuditorRole')).toBe('x');
    await expect(text({ ...place, VersionId }, 'WriterRole')).rejects.toMatchObject(denied);
    await expect(list({ Bucket: 'locked' }, 'WriterRole')).rejects.toMatchObject(denied);
    await expect(remove(place, {}, 'AuditorRole')).rejects.toMatchObject(denied);
    await expect(remove({ ...place, VersionId }, {}, 'WriterRole')).rejects.toMatchObject(denied);
  });
});

test('what is not kept is refused rather than forgotten', async () => {
  const place = { Bucket: 'files', Key: 'x' };
  const notRun = { name: 'NotImplemented' };
  await expect(put(place, 'x', { ObjectLockMode: 'GOVERNANCE' })).rejects.toMatchObject(notRun);
  await expect(put(place, 'x', { IfNoneMatch: '"tag"' })).rejects.toMatchObject(notRun);
  await expect(list({ Delimiter: '/' })).rejects.toMatchObject(notRun);
  const Bare = { Type: 'AWS::S3::Bucket', Properties: {} };
  await expect(startFixture({ Bare })).rejects.toThrow('Bare: a bucket without versions is not run');
});
