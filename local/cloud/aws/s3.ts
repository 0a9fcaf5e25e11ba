import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { AwsFailure, type AwsService, type Principal, type Resource } from '../types.ts';
import { at, flagAt, type Json, jsonAt, need, numberAt, textAt } from './shapes.ts';

const SCHEMA = `CREATE TABLE IF NOT EXISTS objects (
  version TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, ordinal INTEGER NOT NULL, marker INTEGER NOT NULL,
  etag TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL, metadata TEXT NOT NULL, modified INTEGER NOT NULL,
  lockMode TEXT, lockUntil INTEGER);
  CREATE INDEX IF NOT EXISTS objects_key ON objects (bucket, key, ordinal)`;
const DAY_MS = 86_400_000;

type Bucket = {
  readonly name: string;
  readonly versioned: boolean;
  readonly lock?: { readonly mode: string; readonly days: number };
};

/** One version of an object; `marker` 1 is a delete marker. Times are milliseconds. */
export type StoredObject = {
  readonly version: string;
  readonly bucket: string;
  readonly key: string;
  readonly ordinal: number;
  readonly marker: number;
  readonly etag: string;
  readonly size: number;
  readonly type: string;
  readonly metadata: string;
  readonly modified: number;
  readonly lockMode: string | null;
  readonly lockUntil: number | null;
};

type Place = { readonly database: DatabaseSync; readonly folder: string };

/** The buckets of the template: versions, conditional puts (`IfNoneMatch: '*'`) and Object Lock; bytes are files. */
export function createS3(options: {
  readonly resources: readonly Resource[];
  readonly database: DatabaseSync;
  readonly folder: string;
  readonly physicalName: (resource: Resource) => string;
}): AwsService {
  options.database.exec(SCHEMA);
  mkdirSync(options.folder, { recursive: true });
  const buckets = new Map<string, Bucket>();
  for (const resource of options.resources) {
    if (resource.type !== 'AWS::S3::Bucket') continue;
    const bucket = bucketOf(options.physicalName(resource), resource.properties);
    buckets.set(bucket.name, bucket);
  }
  const actions: Readonly<Record<string, (bucket: Bucket, input: Json, caller: Principal) => unknown>> = {
    PutObject: (bucket, input) => putObject(options, bucket, input),
    GetObject: (bucket, input) => {
      const found = find(options.database, bucket, input);
      return { ...found, Body: readFileSync(join(options.folder, found.version)) };
    },
    HeadObject: (bucket, input) => find(options.database, bucket, input),
    ListObjectsV2: (bucket, input) => list(options.database, bucket, input),
    DeleteObject: (bucket, input) => deleteObject(options, bucket, input),
  };
  return async (action, input, caller) => {
    const run = actions[action];
    if (run === undefined) throw new AwsFailure('NotImplemented', `S3 ${action} is not run here`, 501);
    const bucket = buckets.get(need(input, 'Bucket'));
    if (bucket === undefined) {
      throw new AwsFailure('NoSuchBucket', 'The specified bucket does not exist', 404);
    }
    return run(bucket, input, caller);
  };
}

function bucketOf(name: string, properties: Json): Bucket {
  const retention = jsonAt(properties, 'ObjectLockConfiguration', 'Rule', 'DefaultRetention');
  const mode = textAt(retention, 'Mode');
  const days = (numberAt(retention, 'Days') ?? 0) + 365 * (numberAt(retention, 'Years') ?? 0);
  return {
    name,
    versioned:
      textAt(properties, 'VersioningConfiguration', 'Status') === 'Enabled' ||
      flagAt(properties, 'ObjectLockEnabled'),
    ...(mode !== undefined && days > 0 && { lock: { mode, days } }),
  };
}

function putObject(place: Place, bucket: Bucket, input: Json): unknown {
  const key = need(input, 'Key');
  const given = at(input, 'Body');
  const body = given instanceof Uint8Array ? given : Buffer.from(typeof given === 'string' ? given : '');
  const current = latest(place.database, bucket, key);
  if (at(input, 'IfNoneMatch') === '*' && current !== undefined && current.marker === 0) {
    throw new AwsFailure(
      'PreconditionFailed',
      'At least one of the pre-conditions you specified did not hold',
      412,
    );
  }
  const version = randomUUID();
  const etag = createHash('md5').update(body).digest('hex');
  const now = Date.now();
  writeFileSync(join(place.folder, version), body);
  place.database
    .prepare('INSERT INTO objects VALUES (?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      version,
      bucket.name,
      key,
      (current?.ordinal ?? 0) + 1,
      etag,
      body.byteLength,
      textAt(input, 'ContentType') ?? 'application/octet-stream',
      JSON.stringify(at(input, 'Metadata') ?? {}),
      now,
      textAt(input, 'ObjectLockMode') ?? bucket.lock?.mode ?? null,
      lockUntil(bucket, input, now),
    );
  if (!bucket.versioned && current !== undefined) drop(place, current);
  return { ETag: `"${etag}"`, ...(bucket.versioned && { VersionId: version }) };
}

function lockUntil(bucket: Bucket, input: Json, now: number): number | null {
  const asked = Date.parse(textAt(input, 'ObjectLockRetainUntilDate') ?? '');
  if (Number.isFinite(asked)) return asked;
  return bucket.lock === undefined ? null : now + bucket.lock.days * DAY_MS;
}

function latest(database: DatabaseSync, bucket: Bucket, key: string): StoredObject | undefined {
  const row = database
    .prepare('SELECT * FROM objects WHERE bucket = ? AND key = ? ORDER BY ordinal DESC LIMIT 1')
    .get(bucket.name, key);
  return row as StoredObject | undefined;
}

function versionOf(database: DatabaseSync, bucket: Bucket, input: Json): StoredObject | undefined {
  const version = textAt(input, 'VersionId');
  if (version === undefined) return latest(database, bucket, need(input, 'Key'));
  const row = database
    .prepare('SELECT * FROM objects WHERE bucket = ? AND key = ? AND version = ?')
    .get(bucket.name, need(input, 'Key'), version);
  return row as StoredObject | undefined;
}

function find(database: DatabaseSync, bucket: Bucket, input: Json): StoredObject {
  const found = versionOf(database, bucket, input);
  if (found === undefined || found.marker === 1) {
    throw new AwsFailure('NoSuchKey', 'The specified key does not exist.', 404);
  }
  return found;
}

function list(database: DatabaseSync, bucket: Bucket, input: Json): unknown {
  const prefix = textAt(input, 'Prefix') ?? '';
  const after = textAt(input, 'ContinuationToken') ?? textAt(input, 'StartAfter') ?? '';
  const limit = Math.min(numberAt(input, 'MaxKeys') ?? 1000, 1000);
  const rows = database
    .prepare(`SELECT * FROM objects AS o WHERE bucket = ? AND key > ? AND substr(key, 1, ?) = ? AND marker = 0
      AND ordinal = (SELECT MAX(ordinal) FROM objects WHERE bucket = o.bucket AND key = o.key) ORDER BY key LIMIT ?`)
    .all(bucket.name, after, prefix.length, prefix, limit + 1) as StoredObject[];
  const objects = rows.slice(0, limit);
  const next = rows.length > limit ? objects.at(-1)?.key : undefined;
  return { bucket: bucket.name, prefix, limit, objects, ...(next !== undefined && { next }) };
}

/** Without a version a delete only puts a marker on top; a locked version cannot be removed by anybody. */
function deleteObject(place: Place, bucket: Bucket, input: Json): unknown {
  const found = versionOf(place.database, bucket, input);
  if (found === undefined) return {};
  if (textAt(input, 'VersionId') === undefined && bucket.versioned) {
    const marker = randomUUID();
    place.database
      .prepare("INSERT INTO objects VALUES (?, ?, ?, ?, 1, '', 0, '', '{}', ?, NULL, NULL)")
      .run(marker, bucket.name, found.key, found.ordinal + 1, Date.now());
    return { VersionId: marker, DeleteMarker: true };
  }
  if (isLocked(found, input)) {
    throw new AwsFailure('AccessDenied', 'Access Denied because object protected by object lock.', 403);
  }
  drop(place, found);
  return { VersionId: found.version };
}

function isLocked(object: StoredObject, input: Json): boolean {
  if (object.lockUntil === null || object.lockUntil <= Date.now()) return false;
  return object.lockMode === 'COMPLIANCE' || !flagAt(input, 'BypassGovernanceRetention');
}

function drop(place: Place, object: StoredObject): void {
  place.database.prepare('DELETE FROM objects WHERE version = ?').run(object.version);
  rmSync(join(place.folder, object.version), { force: true });
}
