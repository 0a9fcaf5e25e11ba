import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { AwsFailure } from '../types.ts';
import type { Answer } from './front-door.ts';
import { isJson, type Json, jsonAt } from './shapes.ts';

/** The names that the input of an action has for the parts of a query. */
const OF_OBJECT: Readonly<Record<string, string>> = { versionId: 'VersionId' };
const OF_LIST: Readonly<Record<string, string>> = {
  ...{ versions: '', prefix: 'Prefix', 'max-keys': 'MaxKeys' },
  ...{ 'key-marker': 'KeyMarker', 'version-id-marker': 'VersionIdMarker' },
};
const VERBS: Readonly<Record<string, string>> = { GET: 'Get', HEAD: 'Head', PUT: 'Put', DELETE: 'Delete' };
// A lock of one object, or a condition, that is read and not kept would be a promise that nobody keeps.
const NOT_KEPT =
  /^(x-amz-object-lock|x-amz-meta|x-amz-copy|range$|if-match|if-modified|if-unmodified|x-amz-if)/;

/** An S3 request in path style as action and input. Throws AwsFailure('NotImplemented') for what is not run. */
export function readS3(
  { method = 'GET', url = '/', headers }: IncomingMessage,
  body: Buffer,
): { readonly action: string; readonly input: Record<string, unknown> } {
  const { pathname, searchParams } = new URL(url, 'http://local');
  const [Bucket, ...path] = pathname.slice(1).split('/').map(decodeURIComponent);
  const Key = path.join('/');
  const lists = method === 'GET' && Key === '' && searchParams.has('versions');
  const action = lists ? 'ListObjectVersions' : `${VERBS[method]}Object`;
  if (VERBS[method] === undefined || (Key === '' && !lists)) throw notRun(`${method} ${pathname}`);
  const query = [...searchParams].filter(([name]) => name !== 'x-id');
  const names = lists ? OF_LIST : OF_OBJECT;
  const condition = headers['if-none-match'];
  const unknown = query.map(([name]) => name).find((name) => !Object.hasOwn(names, name));
  const other = unknown ?? headerNotKept(headers, action);
  if (other !== undefined) throw notRun(`${action} with ${other}`);
  const given = query.map(([name, value]) => [names[name], value]);
  const bypasses = headers['x-amz-bypass-governance-retention'] === 'true';
  const input = {
    ...{ Bucket, ...(!lists && { Key }), ...Object.fromEntries(given) },
    ...(action === 'PutObject' && { IfNoneMatch: condition, Body: body, Checked: isChecked(headers) }),
    ...(bypasses && { BypassGovernanceRetention: true }),
  };
  return { action, input };
}

function isChecked(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => /^(content-md5|x-amz-checksum-)/.test(name));
}

function headerNotKept(headers: IncomingHttpHeaders, action: string): string | undefined {
  const condition = headers['if-none-match'] ?? '*';
  if (condition !== '*' || ('if-none-match' in headers && action !== 'PutObject')) return 'if-none-match';
  if (headers['content-encoding']?.includes('aws-chunked')) return 'aws-chunked bodies';
  return Object.keys(headers).find((name) => NOT_KEPT.test(name));
}

function notRun(what: string): AwsFailure {
  return new AwsFailure('NotImplemented', `S3 ${what} is not run here`, 501);
}

/** The answer of an S3 action as HTTP. */
export function writeS3(action: string, output: unknown): Answer {
  const { Versions, DeleteMarkers, ...fields } = jsonAt({ output }, 'output');
  if (action === 'ListObjectVersions') {
    const list = { ...fields, Version: Versions, DeleteMarker: DeleteMarkers };
    return inXml(200, { ListVersionsResult: list });
  }
  const { ETag, VersionId, LastModified, DeleteMarker, Body } = fields;
  const headers = { etag: ETag, 'last-modified': LastModified, 'x-amz-delete-marker': DeleteMarker };
  const set = Object.entries({ ...headers, 'x-amz-version-id': VersionId }).filter(
    ([, value]) => value !== undefined,
  );
  return {
    status: action === 'DeleteObject' ? 204 : 200,
    headers: Object.fromEntries(set.map(([name, value]) => [name, String(value)])),
    body: Body instanceof Uint8Array ? Body : '',
  };
}

/** A failure as S3 words it. */
export function writeS3Failure({ code, message, status, details }: AwsFailure): Answer {
  const denied = code === 'AccessDeniedException';
  const said = { Code: denied ? 'AccessDenied' : code, Message: message };
  const answer = inXml(denied ? 403 : status, { Error: said });
  return { ...answer, headers: { ...answer.headers, ...(jsonAt(details, 'headers') as Answer['headers']) } };
}

function inXml(status: number, content: Json): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${xml(content)}`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

/** An element for each field, and for each item of a list. */
function xml(fields: Json): string {
  const elements = Object.entries(fields).flatMap(([name, value]) =>
    [value ?? []].flat().map((one) => `<${name}>${isJson(one) ? xml(one) : escaped(String(one))}</${name}>`),
  );
  return elements.join('');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
