import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type * as z from 'zod';
import type { IdempotencyKeys } from '../../shared/adapters/aws/dynamodb-idempotency.ts';
import { Fault, sha256Hex } from '../../shared/kernel/index.ts';
import { parse } from '../../shared/kernel/parse.ts';
import { type Caller, callerOf, type Role } from './caller.ts';
import { correlationOf, type HttpEvent, jsonBody, rawBody } from './http-event.ts';
import { answerOnce } from './idempotency.ts';
import { idempotencyKeys } from './idempotency-keys.ts';
import { logger } from './observe.ts';
import { type HttpAnswer, problem } from './problem.ts';
import { clock } from './world.ts';

const MAX_BODY_BYTES = 1_048_576;
const MAX_KEY_LENGTH = 200;

/** A route as it is served and as the OpenAPI document describes it. Without `role` it is public. */
export type Route<Body = unknown, Params = unknown, Query = unknown> = {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly summary: string;
  readonly role?: Role;
  /** A workflow's run may use it too. Routes that need no more than a viewer are for everybody who may read. */
  readonly forRuns?: boolean;
  readonly body?: z.ZodType<Body>;
  readonly params?: z.ZodType<Params>;
  readonly query?: z.ZodType<Query>;
  /** A write that honours `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** Of a success; 200 unless said. */
  readonly status?: number;
  /** The content type of a success that is no JSON. */
  readonly text?: string;
};

/** A checked request. `key` is the same for each retry under one Idempotency-Key: it names the decision that the request causes. */
export type RouteRequest<Body, Params, Query> = {
  readonly body: Body;
  readonly params: Params;
  readonly query: Query;
  readonly caller: Caller;
  readonly correlationId: string;
  readonly key: string;
};

export type HttpHandler = (event: HttpEvent, context: unknown) => Promise<HttpAnswer>;

/**
 * A handler of an API Gateway route (payload 2.0): role, size, JSON, schemas, idempotency, then the use case, whose
 * result is the JSON answer. Whatever is thrown leaves as problem+json.
 */
export function route<Body, Params, Query>(
  spec: Route<Body, Params, Query>,
  useCase: (request: RouteRequest<Body, Params, Query>) => Promise<unknown>,
  keys: () => IdempotencyKeys = idempotencyKeys,
): HttpHandler {
  return served(async (event) => {
    const caller = callerOf(event, spec);
    const bytes = rawBody(event, MAX_BODY_BYTES);
    const sentKey = spec.idempotent === true ? keyOf(event) : undefined;
    const request = read(spec, event, { caller, bytes, sentKey });
    const work = async () => {
      const body = await useCase(request);
      return jsonAnswer(statusOf(spec, body), body, request.correlationId);
    };
    if (sentKey === undefined) return await work();
    const content = [event.requestContext.http.path, '\n', bytes];
    const keyed = { key: sentKey, caller: caller.subject, route: event.routeKey, content, now: clock() };
    return await answerOnce(keys(), keyed, work);
  });
}

const ACCEPTED = new WeakSet<object>();

/** A result that is not done yet, on a route whose results mostly are: it is answered with 202. */
export function accepted<Body extends object>(body: Body): Body {
  ACCEPTED.add(body);
  return body;
}

function statusOf(spec: Pick<Route, 'status'>, body: unknown): number {
  return typeof body === 'object' && body !== null && ACCEPTED.has(body) ? 202 : (spec.status ?? 200);
}

/** The stack around every HTTP handler: log context, and problem+json for whatever is thrown. */
export function served(serve: (event: HttpEvent) => Promise<HttpAnswer>): HttpHandler {
  return middy<HttpEvent, HttpAnswer>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .use({
      after: (request) => {
        if (request.response !== null) request.response = withPlainHeaders(request.response);
      },
      onError: (request) => {
        request.response = problem(request.error, correlationOf(request.event));
      },
    })
    .handler(serve) as unknown as HttpHandler;
}

/** Without the headers whose value would begin a header of its own: some repeat what the caller sent. */
function withPlainHeaders(answer: HttpAnswer): HttpAnswer {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  const plain = Object.entries(answer.headers).filter(([, value]) => !/[\r\n\u0000]/.test(value));
  return { ...answer, headers: Object.fromEntries(plain) };
}

/** A JSON answer that no cache keeps. */
export function jsonAnswer(status: number, body: unknown, correlationId: string): HttpAnswer {
  return {
    statusCode: status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-correlation-id': correlationId,
    },
    body: JSON.stringify(body ?? {}),
  };
}

function read<Body, Params, Query>(
  spec: Route<Body, Params, Query>,
  event: HttpEvent,
  known: { caller: Caller; bytes: Uint8Array; sentKey: string | undefined },
): RouteRequest<Body, Params, Query> {
  const attempt = known.sentKey ?? event.requestContext.requestId;
  return {
    params: checked(spec.params, () => event.pathParameters ?? {}, 'the path'),
    query: checked(spec.query, () => event.queryStringParameters ?? {}, 'the query'),
    body: checked(spec.body, () => jsonBody(known.bytes), 'the body'),
    caller: known.caller,
    correlationId: correlationOf(event),
    key: `api:${sha256Hex(known.caller.subject, '\n', event.routeKey, '\n', attempt)}`,
  };
}

/** A part without a schema is not read at all; its type is then whatever nobody uses. */
function checked<T>(schema: z.ZodType<T> | undefined, value: () => unknown, what: string): T {
  return schema === undefined ? (undefined as T) : parse(schema, value(), what);
}

function keyOf(event: HttpEvent): string | undefined {
  const key = event.headers?.['idempotency-key'];
  if (key === undefined) return undefined;
  if (key.length > 0 && key.length <= MAX_KEY_LENGTH) return key;
  throw new Fault('InvalidInput', `Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters`, {
    issues: [{ path: 'Idempotency-Key', message: `has 1 to ${MAX_KEY_LENGTH} characters` }],
  });
}
