import type { IncomingMessage } from 'node:http';
import type { Matched } from './routes.ts';

const TEXT =
  /^(?:text\/|application\/(?:[\w.+-]*\+)?(?:json|xml|javascript)\b|application\/x-www-form-urlencoded)/;

/**
 * What the function and the authorizer both get: the request in payload format 2.0, without the body. Header names are
 * in lower case, repeated ones joined by a comma, cookies apart.
 */
export function eventOf(
  { method = 'GET', headersDistinct }: IncomingMessage,
  { route, path, query, pathParameters }: Matched & { readonly path: string; readonly query: string },
  stamp: { readonly apiId: string; readonly requestId: string; readonly timeEpoch: number },
) {
  const { cookie = [], ...distinct } = headersDistinct;
  const joined = Object.entries(distinct).map(([name, values]) => [name, values?.join(',') ?? '']);
  const headers: Readonly<Record<string, string>> = {
    ...Object.fromEntries(joined),
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-proto': 'http',
  };
  const queryStringParameters = queryOf(query);
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    ...(cookie.length > 0 && { cookies: cookie.flatMap((one) => one.split(/;\s*/)) }),
    headers,
    ...(query !== '' && { queryStringParameters }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    requestContext: {
      ...stamp,
      http: {
        ...{ method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
        userAgent: headers['user-agent'] ?? '',
      },
      routeKey: route.key,
      stage: '$default',
    },
  };
}

/** The body as the function gets it: text as it came, byte for byte; anything else in base64. */
export function bodyOf(body: Buffer, type = 'text/plain'): Readonly<Record<string, unknown>> {
  if (body.byteLength === 0) return { isBase64Encoded: false };
  const text = body.toString('utf8');
  // Bytes that are no UTF-8 would not survive as text, whatever the sender calls them.
  const isText = TEXT.test(type.toLowerCase()) && Buffer.from(text, 'utf8').equals(body);
  return { body: isText ? text : body.toString('base64'), isBase64Encoded: !isText };
}

/** A name that comes twice has its values joined by a comma. */
function queryOf(query: string): Readonly<Record<string, string>> {
  const parameters = new URLSearchParams(query);
  const names = [...new Set(parameters.keys())];
  return Object.fromEntries(names.map((name) => [name, parameters.getAll(name).join(',')]));
}
