import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createAdaptorServer, type HttpBindings, type ServerType } from '@hono/node-server';
import { Hono } from 'hono';
import type { Outcome } from '../functions/messages.ts';
import { type Answer, answerOf, gatewayAnswer } from './answer.ts';
import { authorize } from './authorize.ts';
import { type Arrived, bodyOf, eventOf, readArrived } from './event.ts';
import { matchRoute, type Route } from './routes.ts';

// API Gateway's own limit of a payload.
const MAX_BODY_BYTES = 10 * 1024 * 1024;

export type HttpApiOptions = {
  readonly apiId: string;
  readonly routes: readonly Route[];
  /** Runs a function by ARN with JSON text in and out. */
  readonly run: (functionArn: string, payload: string) => Promise<Outcome>;
  readonly now: () => number;
  readonly log: (line: string) => void;
};

/** The HTTP API of the template: routes, authorizer and payload format 2.0 as API Gateway has them. */
export function createHttpApi(options: HttpApiOptions): ServerType {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.all('*', async (context) => {
    const answer = await answered(options, context.env.incoming, context.req.raw);
    const headers = new Headers(answer.headers.map(([name, value]) => [name, value]));
    return new Response(bodyless(answer.status) ? null : new Uint8Array(Buffer.from(answer.body)), {
      status: answer.status,
      headers,
    });
  });
  app.onError((error, context) => {
    options.log(`http api: ${error.stack}`);
    return context.json({ message: 'Internal Server Error' }, 500);
  });
  return createAdaptorServer({ fetch: app.fetch });
}

async function answered(
  options: HttpApiOptions,
  incoming: IncomingMessage,
  request: Request,
): Promise<Answer> {
  const body = await bodyWithin(request, incoming);
  if (body === undefined) return gatewayAnswer(413, 'Request Entity Too Large');
  const stamp = { requestId: randomUUID(), arrivedAt: options.now() };
  return route(options, readArrived(incoming, body, stamp));
}

async function bodyWithin(request: Request, incoming: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(incoming.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return undefined;
  if (incoming.method === 'GET' || incoming.method === 'HEAD') return Buffer.alloc(0);
  const body = Buffer.from(await request.arrayBuffer());
  return body.byteLength > MAX_BODY_BYTES ? undefined : body;
}

async function route(options: HttpApiOptions, arrived: Arrived): Promise<Answer> {
  const matched = matchRoute(options.routes, arrived.method, arrived.path);
  if (matched === undefined) return gatewayAnswer(404, 'Not Found');
  const { key, authorizer, functionArn, timeout } = matched.route;
  const event = eventOf(arrived, {
    id: options.apiId,
    routeKey: key,
    pathParameters: matched.pathParameters,
  });
  let context = {};
  if (authorizer !== undefined) {
    const authorized = await authorize(authorizer, arrived, event, options.run);
    if ('refusal' in authorized) return authorized.refusal;
    context = { authorizer: { lambda: authorized.context } };
  }
  const requestContext = { ...Object(event.requestContext), ...context };
  const payload = JSON.stringify({ ...event, requestContext, ...bodyOf(arrived) });
  const outcome = await within(timeout, options.run(functionArn, payload));
  if (outcome === undefined) return gatewayAnswer(503, 'Service Unavailable');
  if ('error' in outcome) options.log(`${key}: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
  return answerOf(outcome);
}

async function within(ms: number, work: Promise<Outcome>): Promise<Outcome | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Statuses whose answers carry no body; the platform refuses one. */
function bodyless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
