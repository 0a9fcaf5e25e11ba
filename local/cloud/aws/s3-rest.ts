import type { IncomingMessage } from 'node:http';
import { AwsFailure } from '../types.ts';
import type { StoredObject } from './s3.ts';
import { type Json, parseJson } from './shapes.ts';

export type RestCall = { readonly action: string; readonly input: Record<string, unknown> };
export type RestAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'ContentType',
  'if-none-match': 'IfNoneMatch',
  'x-amz-object-lock-mode': 'ObjectLockMode',
  'x-amz-object-lock-retain-until-date': 'ObjectLockRetainUntilDate',
  'x-amz-bypass-governance-retention': 'BypassGovernanceRetention',
};
const QUERY: Readonly<Record<string, string>> = {
  versionId: 'VersionId',
  prefix: 'Prefix',
  'continuation-token': 'ContinuationToken',
  'start-after': 'StartAfter',
  'max-keys': 'MaxKeys',
};

/** An S3 request in path style as action and input. Throws AwsFailure('NotImplemented') for what is not run. */
export function readS3(request: IncomingMessage, body: Buffer): RestCall {
  const url = new URL(request.url ?? '/', 'http://local');
  const [bucket = '', ...rest] = url.pathname.slice(1).split('/').map(decodeURIComponent);
  const key = rest.join('/');
  if (String(request.headers['content-encoding'] ?? '').includes('aws-chunked')) {
    throw new AwsFailure('NotImplemented', 'aws-chunked bodies are not run here: send the body whole', 501);
  }
  const input: Record<string, unknown> = {
    Bucket: bucket,
    ...(key !== '' && { Key: key }),
    ...renamed(QUERY, (name) => url.searchParams.get(name) ?? undefined),
    ...renamed(HEADERS, (name) => request.headers[name]),
  };
  const metadata = Object.entries(request.headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  if (metadata.length > 0) {
    input.Metadata = Object.fromEntries(metadata.map(([name, value]) => [name.slice(11), value]));
  }
  if (request.method === 'PUT') input.Body = body;
  return { action: actionOf(request.method ?? 'GET', key), input };
}

function renamed(names: Readonly<Record<string, string>>, read: (name: string) => unknown): Json {
  const pairs = Object.entries(names).map(([name, member]) => [member, read(name)] as const);
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}

function actionOf(method: string, key: string): string {
  if (key === '' && method === 'GET') return 'ListObjectsV2';
  const byMethod: Readonly<Record<string, string>> = {
    PUT: 'PutObject',
    GET: 'GetObject',
    HEAD: 'HeadObject',
    DELETE: 'DeleteObject',
  };
  const action = key === '' ? undefined : byMethod[method];
  if (action === undefined) throw new AwsFailure('NotImplemented', `S3 ${method} is not run here`, 501);
  return action;
}

/** The answer of an S3 action as HTTP. */
export function writeS3(action: string, output: unknown): RestAnswer {
  if (action === 'ListObjectsV2') return xml(200, listing(output as Listing));
  if (action === 'GetObject' || action === 'HeadObject') {
    const object = output as StoredObject & { Body?: Uint8Array };
    return { status: 200, headers: objectHeaders(object), body: object.Body ?? '' };
  }
  const result = output as { ETag?: string; VersionId?: string; DeleteMarker?: boolean };
  const headers = {
    ...(result.ETag !== undefined && { etag: result.ETag }),
    ...(result.VersionId !== undefined && { 'x-amz-version-id': result.VersionId }),
    ...(result.DeleteMarker === true && { 'x-amz-delete-marker': 'true' }),
  };
  return { status: action === 'DeleteObject' ? 204 : 200, headers, body: '' };
}

/** A failure as S3 words it. A HEAD has no body, so its clients see only the status. */
export function writeS3Failure(failure: AwsFailure, method: string): RestAnswer {
  const denied = failure.code === 'AccessDeniedException' || failure.code === 'AccessDenied';
  const code = denied ? 'AccessDenied' : failure.code;
  const answer = xml(
    denied ? 403 : failure.status,
    `<Error><Code>${escaped(code)}</Code><Message>${escaped(failure.message)}</Message></Error>`,
  );
  return method === 'HEAD' ? { ...answer, body: '' } : answer;
}

function objectHeaders(object: StoredObject): Readonly<Record<string, string>> {
  const metadata = parseJson(object.metadata) as Json;
  return {
    etag: `"${object.etag}"`,
    'content-type': object.type,
    'content-length': String(object.size),
    'last-modified': new Date(object.modified).toUTCString(),
    'x-amz-version-id': object.version,
    ...(object.lockMode !== null && { 'x-amz-object-lock-mode': object.lockMode }),
    ...(object.lockUntil !== null && {
      'x-amz-object-lock-retain-until-date': new Date(object.lockUntil).toISOString(),
    }),
    ...Object.fromEntries(
      Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, String(value)]),
    ),
  };
}

type Listing = {
  readonly bucket: string;
  readonly prefix: string;
  readonly limit: number;
  readonly objects: readonly StoredObject[];
  readonly next?: string;
};

function listing(found: Listing): string {
  const contents = found.objects.map(
    (object) =>
      `<Contents><Key>${escaped(object.key)}</Key><LastModified>${new Date(object.modified).toISOString()}</LastModified>` +
      `<ETag>&quot;${object.etag}&quot;</ETag><Size>${object.size}</Size></Contents>`,
  );
  const next =
    found.next === undefined ? '' : `<NextContinuationToken>${escaped(found.next)}</NextContinuationToken>`;
  return (
    `<ListBucketResult><Name>${escaped(found.bucket)}</Name><Prefix>${escaped(found.prefix)}</Prefix>` +
    `<KeyCount>${found.objects.length}</KeyCount><MaxKeys>${found.limit}</MaxKeys>` +
    `<IsTruncated>${found.next !== undefined}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`
  );
}

function xml(status: number, body: string): RestAnswer {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
  };
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
