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
  readonly requestId: string;
  readonly arrivedAt: number;
};

const TEXT =
  /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript)\b|application\/x-www-form-urlencoded)/;

/** Reads method, path and headers: names in lower case, repeated ones joined by a comma, cookies apart. */
export function readArrived(
  { method = 'GET', url = '/', headersDistinct }: IncomingMessage,
  body: Buffer,
  stamp: { readonly requestId: string; readonly arrivedAt: number },
): Arrived {
  const { cookie = [], ...headers } = headersDistinct;
  const joined = Object.entries(headers).map(([name, values]) => [name, values?.join(',') ?? '']);
  const end = url.includes('?') ? url.indexOf('?') : url.length;
  return {
    method,
    path: url.slice(0, end),
    query: url.slice(end + 1),
    headers: {
      ...Object.fromEntries(joined),
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'http',
    },
    cookies: cookie.flatMap((one) => one.split(/;\s*/)),
    body,
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
) {
  const { headers, cookies, method, path } = arrived;
  const query = queryOf(arrived.query);
  return {
    version: '2.0',
    routeKey: api.routeKey,
    rawPath: path,
    rawQueryString: arrived.query,
    ...(cookies.length > 0 && { cookies }),
    headers,
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    ...(Object.keys(api.pathParameters).length > 0 && { pathParameters: api.pathParameters }),
    requestContext: {
      accountId: ACCOUNT,
      apiId: api.id,
      domainName: headers.host ?? '',
      domainPrefix: api.id,
      http: {
        ...{ method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        userAgent: headers['user-agent'] ?? '',
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
export function bodyOf({ body, headers }: Arrived): Readonly<Record<string, unknown>> {
  if (body.byteLength === 0) return { isBase64Encoded: false };
  const text = body.toString('utf8');
  const type = headers['content-type']?.toLowerCase() ?? 'text/plain';
  // Bytes that are no UTF-8 would not survive as text, whatever the sender calls them.
  const isText = TEXT.test(type) && Buffer.from(text, 'utf8').equals(body);
  return { body: isText ? text : body.toString('base64'), isBase64Encoded: !isText };
}

/** A name that comes twice has its values joined by a comma. */
function queryOf(query: string): Readonly<Record<string, string>> {
  const parameters = new URLSearchParams(query);
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name).join(',')]));
}

/** Such as `21/Nov/2026:09:40:00 +0000`. */
function commonLogTime(milliseconds: number): string {
  const [, day, month, year, time] = new Date(milliseconds).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
