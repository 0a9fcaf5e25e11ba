import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { isJson, jsonAt, parseJson } from '../aws/shapes.ts';
import { within } from '../functions/environment.ts';
import type { Functions } from '../functions/functions.ts';
import type { Outcome } from '../functions/messages.ts';
import type { Iam } from '../iam/iam.ts';
import { arn, identify } from '../template/identities.ts';
import type { Resource } from '../types.ts';
import { type Answer, answerOf, gatewayAnswer, INTERNAL_ERROR } from './answer.ts';
import { type Arrived, bodyOf, eventOf, readArrived } from './event.ts';
import { type Authorizer, matchRoute, type Route, routesOf } from './routes.ts';

// API Gateway's own limit of a payload.
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const UNAUTHORIZED = gatewayAnswer(401, 'Unauthorized');
const FORBIDDEN = gatewayAnswer(403, 'Forbidden');

export type ApiOptions = {
  readonly resources: readonly Resource[];
  readonly functions: Pick<Functions, 'run'>;
  readonly iam: Iam;
  readonly now: () => number;
  readonly log: (line: string) => void;
};

/**
 * The template's HTTP API: routes, authorizer and payload format 2.0 as API Gateway has them. Throws for a second API,
 * and for a function that does not permit API Gateway to invoke it: on AWS its route would answer 500.
 */
export function createApi(options: ApiOptions): Server {
  const [api, ...others] = options.resources.filter(({ type }) => type === 'AWS::ApiGatewayV2::Api');
  if (others.length > 0) throw new Error('only one HTTP API is run here');
  const id = api === undefined ? 'none' : identify(api).Ref;
  const routes = routesOf(options.resources, id);
  refuseUnpermitted(options.iam, id, routes);
  return createServer(async (request, response) => {
    const { status, headers, body } = await answerTo(options, { id, routes }, request).catch((thrown) => {
      options.log(`http api: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
      return INTERNAL_ERROR;
    });
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
    response.end(body);
  });
}

function refuseUnpermitted(iam: Iam, apiId: string, routes: readonly Route[]): void {
  for (const { key, method, segments, functionArn, authorizer } of routes) {
    const asked: [string, string][] = [[functionArn, `${apiId}/$default/${method}/${segments.join('/')}`]];
    if (authorizer !== undefined) {
      asked.push([authorizer.functionArn, `${apiId}/authorizers/${authorizer.id}`]);
    }
    for (const [resource, from] of asked) {
      const context = { 'aws:SourceArn': arn('execute-api', from) };
      const request = { action: 'lambda:InvokeFunction', resource, context };
      if (iam.authorizeService('apigateway.amazonaws.com', request).allowed) continue;
      throw new Error(`${key}: API Gateway may not invoke ${resource}`);
    }
  }
}

async function answerTo(
  options: ApiOptions,
  api: { readonly id: string; readonly routes: readonly Route[] },
  request: IncomingMessage,
): Promise<Answer> {
  const body = await bodyWithin(request);
  if (body === undefined) return gatewayAnswer(413, 'Request Entity Too Large');
  const arrived = readArrived(request, body, { requestId: randomUUID(), arrivedAt: options.now() });
  const matched = matchRoute(api.routes, arrived.method, arrived.path);
  if (matched === undefined) return gatewayAnswer(404, 'Not Found');
  const { route, pathParameters } = matched;
  const event = eventOf(arrived, { id: api.id, routeKey: route.key, pathParameters });
  const context = await authorize(options, route.authorizer, arrived, event);
  if ('status' in context) return context;
  const requestContext = { ...event.requestContext, ...context };
  const payload = JSON.stringify({ ...event, requestContext, ...bodyOf(arrived) });
  const outcome = await within(route.timeout, run(options, route.functionArn, payload));
  if (outcome === undefined) return gatewayAnswer(503, 'Service Unavailable');
  if ('error' in outcome) {
    options.log(`${route.key}: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
  }
  return answerOf(outcome);
}

/** The whole body, or undefined once it passes the limit; the rest is then read and dropped. */
async function bodyWithin(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks);
}

async function run({ functions, log }: ApiOptions, functionArn: string, payload: string): Promise<Outcome> {
  try {
    return await functions.run(functionArn, payload);
  } catch (thrown) {
    log(`http api: ${String(thrown)}`);
    return { error: { errorType: 'Unknown', errorMessage: String(thrown) } };
  }
}

/**
 * What a Lambda authorizer adds to the request's context, or the answer that ends the request. Without its identity
 * source nobody is asked: 401. What is not understood lets nobody in.
 */
async function authorize(
  options: ApiOptions,
  authorizer: Authorizer | undefined,
  arrived: Arrived,
  event: Readonly<Record<string, unknown>>,
): Promise<Answer | { readonly authorizer?: unknown }> {
  if (authorizer === undefined) return {};
  const identitySource = authorizer.identityHeaders.map((name) => arrived.headers[name]);
  if (identitySource.some((value) => value === undefined || value === '')) return UNAUTHORIZED;
  const request = JSON.stringify({ ...event, type: 'REQUEST', identitySource });
  const outcome = await run(options, authorizer.functionArn, request);
  if ('error' in outcome) {
    // The one message by which an authorizer says 401 instead of failing.
    return outcome.error.errorMessage === 'Unauthorized' ? UNAUTHORIZED : INTERNAL_ERROR;
  }
  const answer = parseJson(outcome.payload);
  if (!isJson(answer) || typeof answer.isAuthorized !== 'boolean') return INTERNAL_ERROR;
  return answer.isAuthorized ? { authorizer: { lambda: jsonAt(answer, 'context') } } : FORBIDDEN;
}
