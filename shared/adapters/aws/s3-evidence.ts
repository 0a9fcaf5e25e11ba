import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { sha256Hex } from '../../kernel/index.ts';
import { awsCall, backOff, errorName } from './failures.ts';

const MAX_ATTEMPTS = 3;

/** Bytes too large for a decision, kept under their SHA-256. */
export type Evidence = {
  /** Answers the hash (hex). Storing the same bytes again is success. */
  readonly put: (bytes: Uint8Array, contentType: string) => Promise<string>;
  readonly get: (hash: string) => Promise<Uint8Array | undefined>;
};

/**
 * Evidence in a bucket, key `evidence/<hash>`. `If-None-Match: *` keeps what is there: a second put writes no second
 * version. Throws Fault: Unavailable, PermissionDenied.
 */
export function s3Evidence(deps: { readonly client: S3Client; readonly bucket: string }): Evidence {
  return {
    put: async (bytes, contentType) => {
      const hash = sha256Hex(bytes);
      await putOnce(deps, { hash, bytes, contentType }, 1);
      return hash;
    },
    get: async (hash) => {
      const command = new GetObjectCommand({ Bucket: deps.bucket, Key: keyOf(hash) });
      try {
        return await (await deps.client.send(command)).Body?.transformToByteArray();
      } catch (thrown) {
        if (errorName(thrown) === 'NoSuchKey') return undefined;
        return await awsCall('GetObject', () => Promise.reject(thrown));
      }
    },
  };
}

async function putOnce(
  deps: { readonly client: S3Client; readonly bucket: string },
  object: { readonly hash: string; readonly bytes: Uint8Array; readonly contentType: string },
  attempt: number,
): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: deps.bucket,
    Key: keyOf(object.hash),
    Body: object.bytes,
    ContentType: object.contentType,
    IfNoneMatch: '*',
  });
  try {
    await deps.client.send(command);
  } catch (thrown) {
    if (errorName(thrown) === 'PreconditionFailed') return;
    // 409: another put of the same key is under way; S3 asks to try again.
    const again = errorName(thrown) === 'ConditionalRequestConflict' && attempt < MAX_ATTEMPTS;
    if (!again) return await awsCall('PutObject', () => Promise.reject(thrown));
    await backOff(attempt);
    await putOnce(deps, object, attempt + 1);
  }
}

function keyOf(hash: string): string {
  return `evidence/${hash}`;
}
