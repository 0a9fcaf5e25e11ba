import type { IncomingMessage } from 'node:http';
import { ACCOUNT } from '../template/identities.ts';

/** One request as it came over the wire. `arrivedAt` in ms since 1970. */
export type Arrived = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly arrivedAt: number;
};

const TEXT =
  /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript)\b|application\/x-www-form-urlencoded)/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Reads method, path and headers: names in lower case, repeated ones joined by a comma, cookies apart. */
export function readArrived(
  request: IncomingMessage,
  body: Buffer,
  stamp: { readonly requestId: string; readonly arrivedAt: number },
): Arrived {
  const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  const headers: Record<string, string> = {};
  const raw = request.rawHeaders;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    const value = raw[index + 1] ?? '';
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  const { cookie, ...others } = headers;
  return {
    method: request.method ?? 'GET',
    path,
    query,
    headers: { ...others, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' },
    cookies: cookie === undefined ? [] : cookie.split(/;\s*/),
    body,
    sourceIp: request.socket.remoteAddress ?? '127.0.0.1',
    ...stamp,
  };
}

/** What the function and the authorizer both get: the request in payload format 2.0, without the body. */
export function eventOf(
  arrived: Arrived,
  api: {
    readonly id: string;
    readonly routeKey: string;
    readonly pathParameters: Readonly<Record<string, string>>;
  },
): Readonly<Record<string, unknown>> {
  const query = queryOf(arrived.query);
  return {
    version: '2.0',
    routeKey: api.routeKey,
    rawPath: arrived.path,
    rawQueryString: arrived.query,
    ...(arrived.cookies.length > 0 && { cookies: arrived.cookies }),
    headers: arrived.headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    ...(Object.keys(api.pathParameters).length > 0 && { pathParameters: api.pathParameters }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: api.id,
      domainName: arrived.headers.host ?? '',
      domainPrefix: api.id,
      http: {
        method: arrived.method,
        path: arrived.path,
        protocol: 'HTTP/1.1',
        sourceIp: arrived.sourceIp,
        userAgent: arrived.headers['user-agent'] ?? '',
      },
      requestId: arrived.requestId,
      routeKey: api.routeKey,
      stage: '$default',
      time: commonLogTime(arrived.arrivedAt),
      timeEpoch: arrived.arrivedAt,
    },
  };
}

/** The body as the function gets it: text as it came, byte for byte; anything else in base64. */
export function bodyOf(arrived: Arrived): Readonly<Record<string, unknown>> {
  if (arrived.body.byteLength === 0) return { isBase64Encoded: false };
  const type = arrived.headers['content-type'] ?? 'text/plain';
  const text = arrived.body.toString('utf8');
  // Bytes that are no UTF-8 would not survive as text, whatever the sender calls them.
  const isText = TEXT.test(type.toLowerCase()) && Buffer.from(text, 'utf8').equals(arrived.body);
  return isText
    ? { body: text, isBase64Encoded: false }
    : { body: arrived.body.toString('base64'), isBase64Encoded: true };
}

function queryOf(query: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    found[name] = found[name] === undefined ? value : `${found[name]},${value}`;
  }
  return found;
}

function splitOnce(text: string, mark: string): readonly string[] {
  const index = text.indexOf(mark);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}

/** Such as `21/Nov/2026:09:40:00 +0000`. */
function commonLogTime(milliseconds: number): string {
  const iso = new Date(milliseconds).toISOString();
  const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? '';
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}
