import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { DatabaseSync } from 'node:sqlite';
import { identify } from '../template/identities.ts';
import { AwsFailure, type AwsService, type Resource } from '../types.ts';
import type { Answer } from './front-door.ts';
import { type Json, need } from './shapes.ts';

// Every put adds a version and nothing is ever removed, so what Object Lock promises holds without a clock.
const SCHEMA = `CREATE TABLE IF NOT EXISTS objects (
  version INTEGER PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL);
  CREATE INDEX IF NOT EXISTS objects_key ON objects (bucket, key)`;

/** The buckets of the template: PutObject, once only with `IfNoneMatch: '*'`, and GetObject of the newest version. */
export function createS3(resources: readonly Resource[], database: DatabaseSync): AwsService {
  database.exec(SCHEMA);
  const buckets = new Set(
    resources.filter(({ type }) => type === 'AWS::S3::Bucket').map((resource) => identify(resource).Ref),
  );
  const newest = database.prepare(
    'SELECT body FROM objects WHERE bucket = ? AND key = ? ORDER BY version DESC LIMIT 1',
  );
  const insert = database.prepare('INSERT INTO objects (bucket, key, body) VALUES (?, ?, ?)');
  const get = (bucket: string, key: string) => {
    const body = newest.get(bucket, key)?.body;
    if (body instanceof Uint8Array) return { Body: body, ETag: etag(body) };
    throw new AwsFailure('NoSuchKey', 'The specified key does not exist.', 404);
  };
  const put = (bucket: string, key: string, input: Json) => {
    if (input.IfNoneMatch === '*' && newest.get(bucket, key) !== undefined) {
      const message = 'At least one of the pre-conditions you specified did not hold';
      throw new AwsFailure('PreconditionFailed', message, 412);
    }
    const body = bytes(input.Body);
    insert.run(bucket, key, body);
    return { ETag: etag(body) };
  };
  return async (action, input) => {
    const bucket = need(input, 'Bucket');
    if (!buckets.has(bucket)) {
      throw new AwsFailure('NoSuchBucket', 'The specified bucket does not exist', 404);
    }
    if (action === 'GetObject') return get(bucket, need(input, 'Key'));
    if (action === 'PutObject') return put(bucket, need(input, 'Key'), input);
    throw notRun(action);
  };
}

function bytes(body: unknown): Uint8Array {
  return body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : '');
}

function etag(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function notRun(what: string): AwsFailure {
  return new AwsFailure('NotImplemented', `S3 ${what} is not run here`, 501);
}

/** An S3 request in path style as action and input. Throws AwsFailure('NotImplemented') for what is not run. */
export function readS3(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Buffer,
): { readonly action: string; readonly input: Record<string, unknown> } {
  const { pathname, searchParams } = new URL(url, 'http://local');
  const [bucket, ...path] = pathname.slice(1).split('/').map(decodeURIComponent);
  const input = { Bucket: bucket, Key: path.join('/') };
  // Locks of single objects would be promises that nobody keeps: only the bucket's own rule is run.
  const other =
    [...searchParams.keys()].find((name) => name !== 'x-id') ??
    Object.keys(headers).find((name) => /^(x-amz-object-lock|x-amz-meta|range)/.test(name));
  if (other !== undefined) throw notRun(`with ${other}`);
  if (headers['content-encoding']?.includes('aws-chunked')) throw notRun('with aws-chunked bodies');
  if (method === 'GET') return { action: 'GetObject', input };
  if (method !== 'PUT') throw notRun(method);
  return { action: 'PutObject', input: { ...input, IfNoneMatch: headers['if-none-match'], Body: body } };
}

/** The answer of an S3 action as HTTP. */
export function writeS3(output: unknown): Answer {
  const { ETag, Body } = output as Json;
  return { status: 200, headers: { etag: String(ETag) }, body: bytes(Body) };
}

/** A failure as S3 words it. */
export function writeS3Failure({ code, message, status }: AwsFailure): Answer {
  const denied = code === 'AccessDeniedException';
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const body = `<Error><Code>${denied ? 'AccessDenied' : code}</Code><Message>${text}</Message></Error>`;
  return {
    status: denied ? 403 : status,
    headers: { 'content-type': 'application/xml' },
    body: Buffer.from(body),
  };
}
