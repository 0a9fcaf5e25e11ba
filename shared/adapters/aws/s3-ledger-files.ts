import { Buffer } from 'node:buffer';
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Fault } from '../../kernel/index.ts';
import type { LedgerFiles } from '../../ledger/publish/ports.ts';
import { CLIENT_SETTINGS } from './clients.ts';
import { awsCall, backOff, errorName } from './failures.ts';

const MAX_ATTEMPTS = 4;

type Bucket = { readonly client: S3Client; readonly bucket: string };

/** A client for this container. */
export const s3Client = (): S3Client => new S3Client(CLIENT_SETTINGS);

/**
 * The ledger's files in a bucket with versions and a lock. What counts is the oldest version: a later one, or a marker of a
 * deletion, is somebody's attempt, and hides nothing here. Throws Fault: Unavailable, PermissionDenied.
 */
export function s3LedgerFiles(bucket: Bucket): LedgerFiles {
  return {
    read: (path) => readOldest(bucket, path),
    putOnce: async (path, bytes) => {
      if (await put(bucket, path, bytes)) return 'written';
      const found = await readOldest(bucket, path);
      if (found === undefined) throw new Fault('Unavailable', `${path} is there, and not listed yet`);
      return Buffer.from(found).equals(bytes) ? 'same' : 'other';
    },
  };
}

async function readOldest({ client, bucket }: Bucket, path: string): Promise<Uint8Array | undefined> {
  const VersionId = await oldestVersion({ client, bucket }, path);
  if (VersionId === undefined) return undefined;
  const command = new GetObjectCommand({ Bucket: bucket, Key: path, VersionId });
  return await awsCall('GetObject', async () => (await client.send(command)).Body?.transformToByteArray());
}

/** Versions come newest first, and a name before all that begin with it: the oldest of this name ends its run. */
async function oldestVersion({ client, bucket }: Bucket, path: string): Promise<string | undefined> {
  let oldest: string | undefined;
  let marker: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> = {};
  do {
    const command = new ListObjectVersionsCommand({
      ...{ Bucket: bucket, Prefix: path },
      KeyMarker: marker.NextKeyMarker,
      VersionIdMarker: marker.NextVersionIdMarker,
    });
    const answer: ListObjectVersionsCommandOutput = await awsCall('ListObjectVersions', () =>
      client.send(command),
    );
    const own = (answer.Versions ?? []).filter(({ Key }) => Key === path);
    oldest = own.at(-1)?.VersionId ?? oldest;
    marker = answer.IsTruncated === true ? answer : {};
  } while (marker.NextKeyMarker === path);
  return oldest;
}

/** false where something is there. The lock of a bucket takes a checksum with each put: the SDK sends one. */
async function put(
  { client, bucket }: Bucket,
  path: string,
  bytes: Uint8Array,
  attempt = 1,
): Promise<boolean> {
  const input = {
    Bucket: bucket,
    Key: path,
    Body: bytes,
    IfNoneMatch: '*',
    ContentType: contentTypeOf(path),
  };
  try {
    await client.send(new PutObjectCommand(input));
    return true;
  } catch (thrown) {
    if (errorName(thrown) === 'PreconditionFailed') return false;
    // 409: another put of the same key is under way; S3 asks to try again.
    const again = errorName(thrown) === 'ConditionalRequestConflict' && attempt < MAX_ATTEMPTS;
    if (!again) return await awsCall('PutObject', () => Promise.reject(thrown));
    await backOff(attempt);
    return await put({ client, bucket }, path, bytes, attempt + 1);
  }
}

function contentTypeOf(path: string): string {
  return path.startsWith('tile/') ? 'application/octet-stream' : 'text/plain; charset=utf-8';
}
