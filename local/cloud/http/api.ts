import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Answer } from '../aws/front-door.ts';
import { readBody } from '../aws/listening.ts';
import { isJson } from '../aws/shapes.ts';
import { within } from '../functions/environment.ts';
import type { Iam } from '../iam/iam.ts';
import { arn, identify } from '../template/identities.ts';
import type { InvokeFunction, Principal, Resource } from '../types.ts';
import { answerOf, gatewayAnswer, INTERNAL_ERROR } from './answer.ts';
import { bodyOf, eventOf } from './event.ts';
import { type Authorizer, matchRoute, type Route, routesOf } from './routes.ts';

// API Gateway's own limit of a payload.
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const GATEWAY: Principal = { kind: 'service', name: 'apigateway.amazonaws.com' };

export type ApiOptions = {
  readonly resources: readonly Resource[];
  readonly invoke: InvokeFunction;
  readonly iam: Iam;
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
      if (iam.authorize(GATEWAY, request).allowed) continue;
      throw new Error(`${key}: API Gateway may not invoke ${resource}`);
    }
  }
}

async function answerTo(
  options: ApiOptions,
  api: { readonly id: string; readonly routes: readonly Route[] },
  request: IncomingMessage,
): Promise<Answer> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === undefined) return gatewayAnswer(413, 'Request Entity Too Large');
  const [path = '/', query = ''] = request.url?.split(/\?(.*)/s) ?? [];
  if (!isDecodable(path)) return gatewayAnswer(400, 'Bad Request');
  const matched = matchRoute(api.routes, request.method ?? '', path);
  if (matched === undefined) return gatewayAnswer(404, 'Not Found');
  const { key, authorizer, functionArn, timeout } = matched.route;
  const stamp = { apiId: api.id, requestId: randomUUID(), timeEpoch: Date.now() };
  const event = eventOf(request, { ...matched, path, query }, stamp);
  const authorized = authorizer && (await authorize(options, authorizer, event));
  if (authorized !== undefined && 'status' in authorized) return authorized;
  const requestContext = { ...event.requestContext, ...authorized };
  const given = { ...event, requestContext, ...bodyOf(body, event.headers['content-type']) };
  const outcome = await within(timeout, options.invoke(functionArn, given));
  if (outcome === undefined) return gatewayAnswer(503, 'Service Unavailable');
  if ('payload' in outcome) return answerOf(outcome.payload);
  options.log(`${key}: ${outcome.error.errorType}: ${outcome.error.errorMessage}`);
  return INTERNAL_ERROR;
}

/** Whether the percent-encoding stands for UTF-8. */
function isDecodable(path: string): boolean {
  try {
    return decodeURIComponent(path) !== undefined;
  } catch {
    return false;
  }
}

/**
 * What a Lambda authorizer adds to the request's context, or the answer that ends the request. Without its identity
 * source nobody is asked: 401. What is not understood lets nobody in.
 */
async function authorize(
  { invoke }: ApiOptions,
  { identityHeaders, functionArn }: Authorizer,
  event: ReturnType<typeof eventOf>,
): Promise<Answer | { readonly authorizer: unknown }> {
  const identitySource = identityHeaders.map((name) => event.headers[name] ?? '');
  if (identitySource.includes('')) return gatewayAnswer(401, 'Unauthorized');
  const outcome = await invoke(functionArn, { ...event, type: 'REQUEST', identitySource });
  if ('error' in outcome) {
    // The one message by which an authorizer says 401 instead of failing.
    return outcome.error.errorMessage === 'Unauthorized'
      ? gatewayAnswer(401, 'Unauthorized')
      : INTERNAL_ERROR;
  }
  const { isAuthorized, context = {} } = isJson(outcome.payload) ? outcome.payload : {};
  if (typeof isAuthorized !== 'boolean') return INTERNAL_ERROR;
  return isAuthorized ? { authorizer: { lambda: context } } : gatewayAnswer(403, 'Forbidden');
}
