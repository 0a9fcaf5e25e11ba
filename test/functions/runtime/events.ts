import type { HttpEvent } from '../../../functions/runtime/http-event.ts';

type Change = {
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly raw?: string | Buffer;
  readonly base64?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly role?: string;
  readonly subject?: string;
  readonly anonymous?: boolean;
};

/** An event of API Gateway (payload 2.0) with what the authorizer found out. */
export function httpEvent(change: Change = {}): HttpEvent {
  const { method = 'GET', path = '/v1/things', headers = {}, params, query } = change;
  const text = change.raw ?? (change.body === undefined ? undefined : JSON.stringify(change.body));
  const lambda = {
    subject: change.subject ?? 'sub-1',
    person: 'ada',
    role: change.role ?? 'admin',
    issuer: 'https://i',
  };
  return {
    routeKey: `${method} ${path}`,
    rawPath: path,
    headers,
    ...(params !== undefined && { pathParameters: params }),
    ...(query !== undefined && { queryStringParameters: query }),
    ...(text !== undefined && {
      body: change.base64 === true ? Buffer.from(text).toString('base64') : `${text}`,
    }),
    isBase64Encoded: change.base64 === true,
    requestContext: {
      requestId: 'request-1',
      http: { method, path },
      ...(change.anonymous !== true && { authorizer: { lambda } }),
    },
  };
}

export const CONTEXT = {
  awsRequestId: 'aws-1',
  functionName: 'f',
  functionVersion: '1',
  memoryLimitInMB: '512',
};
