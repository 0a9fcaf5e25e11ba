import { createHash } from 'node:crypto';
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { identify } from '../template/identities.ts';
import { AwsFailure, type AwsService, type Principal, type Resource } from '../types.ts';
import { type Json, need, numberAt, textAt } from './shapes.ts';

// AUTOINCREMENT: the id of a version that was removed never names another one.
const SCHEMA = `CREATE TABLE IF NOT EXISTS object_versions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, key TEXT NOT NULL, body BLOB, stored INTEGER NOT NULL,
  lockedUntil INTEGER NOT NULL, mode TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS object_versions_key ON object_versions (bucket, key, id)`;
const DAY_MS = 86_400_000;
const MOST_LISTED = 1000;

/** A bucket's default retention, which every version that is put gets; 0 ms without one. */
type Lock = { readonly mode: string; readonly ms: number };
type Row = Readonly<Record<string, SQLOutputValue>>;

/**
 * The buckets of the template, all with versions: put (once only with `IfNoneMatch: '*'`), get, delete and list them. A
 * version under the bucket's lock cannot be removed. `mayList` tells who hears that an object is missing.
 */
export function createS3(
  resources: readonly Resource[],
  database: DatabaseSync,
  mayList: (caller: Principal, bucket: string) => boolean,
): AwsService {
  database.exec(SCHEMA);
  const buckets = bucketsOf(resources);
  const newest = database.prepare(
    'SELECT * FROM object_versions WHERE bucket = ? AND key = ? ORDER BY id DESC LIMIT 1',
  );
  const exact = database.prepare('SELECT * FROM object_versions WHERE bucket = ? AND key = ? AND id = ?');
  const insert = database.prepare(
    'INSERT INTO object_versions (bucket, key, body, stored, lockedUntil, mode) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const remove = database.prepare('DELETE FROM object_versions WHERE id = ?');
  const add = (input: Json, body: Uint8Array | null, lock: Lock): string => {
    const now = Date.now();
    const { mode, ms } = lock;
    const place = [need(input, 'Bucket'), need(input, 'Key')] as const;
    return String(insert.run(...place, body, now, ms === 0 ? 0 : now + ms, mode).lastInsertRowid);
  };
  const find = (input: Json): Row | undefined => {
    const [bucket, key] = [need(input, 'Bucket'), need(input, 'Key')];
    const version = textAt(input, 'VersionId');
    return version === undefined ? newest.get(bucket, key) : exact.get(bucket, key, version);
  };
  const actions: Readonly<Record<string, (input: Json, lock: Lock, caller: Principal) => unknown>> = {
    GetObject: (input, _, caller) => {
      const found = find(input);
      if (found?.body instanceof Uint8Array) return contents(found, found.body);
      throw missing(input, found, mayList(caller, need(input, 'Bucket')));
    },
    PutObject: (input, lock) => {
      if (input.IfNoneMatch === '*' && find(input)?.body instanceof Uint8Array) {
        const message = 'At least one of the pre-conditions you specified did not hold';
        throw new AwsFailure('PreconditionFailed', message, 412);
      }
      if (lock.ms > 0 && input.Checked === false) {
        const message =
          'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock';
        throw new AwsFailure('InvalidRequest', message);
      }
      const body = bytes(input.Body);
      return { ETag: etag(body), VersionId: add(input, body, lock) };
    },
    DeleteObject: (input) => {
      if (input.VersionId === undefined)
        return { DeleteMarker: true, VersionId: add(input, null, { mode: '', ms: 0 }) };
      const found = find(input);
      // Removing what is not there is success, as a repeated removal is.
      if (found === undefined) return { VersionId: input.VersionId };
      const bypassed = found.mode === 'GOVERNANCE' && input.BypassGovernanceRetention === true;
      if (Number(found.lockedUntil) > Date.now() && !bypassed)
        throw new AwsFailure('AccessDenied', 'Access Denied because object protected by object lock.', 403);
      remove.run(Number(found.id));
      return { VersionId: input.VersionId, ...(found.body === null && { DeleteMarker: true }) };
    },
    ListObjectVersions: (input) => list(database, input),
  };
  return async (action, input, caller) => {
    const lock = buckets.get(need(input, 'Bucket'));
    if (lock === undefined) throw new AwsFailure('NoSuchBucket', 'The specified bucket does not exist', 404);
    const run = actions[action === 'HeadObject' ? 'GetObject' : action];
    if (run === undefined) throw new AwsFailure('NotImplemented', `S3 ${action} is not run here`, 501);
    return run(input, lock, caller);
  };
}

function bucketsOf(resources: readonly Resource[]): ReadonlyMap<string, Lock> {
  const buckets = resources.filter(({ type }) => type === 'AWS::S3::Bucket');
  return new Map(
    buckets.map((resource) => {
      const { properties, logicalId } = resource;
      const versioned = textAt(properties, 'VersioningConfiguration', 'Status') === 'Enabled';
      if (!versioned && properties.ObjectLockEnabled !== true)
        throw new Error(`${logicalId}: a bucket without versions is not run`);
      const path = ['ObjectLockConfiguration', 'Rule', 'DefaultRetention'] as const;
      const years = numberAt(properties, ...path, 'Years') ?? 0;
      const days = (numberAt(properties, ...path, 'Days') ?? 0) + 365 * years;
      return [identify(resource).Ref, { mode: textAt(properties, ...path, 'Mode') ?? '', ms: days * DAY_MS }];
    }),
  );
}

function contents(row: Row, body: Uint8Array) {
  const LastModified = new Date(Number(row.stored)).toUTCString();
  return { Body: body, ETag: etag(body), VersionId: String(row.id), LastModified };
}

/** Who may not list a bucket is not told what is missing from it. */
function missing(input: Json, found: Row | undefined, mayList: boolean): AwsFailure {
  const marker = found === undefined ? {} : { headers: { 'x-amz-delete-marker': 'true' } };
  if (input.VersionId !== undefined) {
    if (found === undefined)
      return new AwsFailure('NoSuchVersion', 'The specified version does not exist.', 404);
    const message = 'The specified method is not allowed against this resource.';
    return new AwsFailure('MethodNotAllowed', message, 405, marker);
  }
  if (!mayList) return new AwsFailure('AccessDenied', 'Access Denied', 403);
  return new AwsFailure('NoSuchKey', 'The specified key does not exist.', 404, marker);
}

/** Keys in the order of their bytes, the newest version of each first. */
function list(database: DatabaseSync, input: Json): unknown {
  const bucket = need(input, 'Bucket');
  const [Prefix, KeyMarker] = [textAt(input, 'Prefix') ?? '', textAt(input, 'KeyMarker') ?? ''];
  const VersionIdMarker = textAt(input, 'VersionIdMarker') ?? '';
  const MaxKeys = Math.min(numberAt(input, 'MaxKeys') ?? MOST_LISTED, MOST_LISTED);
  const behind = VersionIdMarker === '' ? 0 : Number(VersionIdMarker);
  const rows = database
    .prepare(
      `SELECT *, id = (SELECT MAX(id) FROM object_versions WHERE bucket = v.bucket AND key = v.key) AS latest
       FROM object_versions AS v WHERE bucket = ? AND key >= ? AND substr(key, 1, length(?)) = ?
       AND (key > ? OR (key = ? AND id < ?)) ORDER BY key, id DESC LIMIT ?`,
    )
    .all(bucket, Prefix, Prefix, Prefix, KeyMarker, KeyMarker, behind, MaxKeys + 1);
  const listed = rows.slice(0, MaxKeys);
  const last = rows.length > MaxKeys ? listed.at(-1) : undefined;
  const described = listed.map((row) => ({
    Key: row.key,
    VersionId: String(row.id),
    IsLatest: row.latest === 1,
    LastModified: new Date(Number(row.stored)).toISOString(),
    ...(row.body instanceof Uint8Array && {
      ETag: etag(row.body),
      Size: row.body.byteLength,
      StorageClass: 'STANDARD',
    }),
  }));
  return {
    ...{ Name: bucket, Prefix, KeyMarker, VersionIdMarker, MaxKeys, IsTruncated: last !== undefined },
    ...(last !== undefined && { NextKeyMarker: last.key, NextVersionIdMarker: String(last.id) }),
    Versions: described.filter((one) => 'ETag' in one),
    DeleteMarkers: described.filter((one) => !('ETag' in one)),
  };
}

function bytes(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : '');
}

function etag(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
