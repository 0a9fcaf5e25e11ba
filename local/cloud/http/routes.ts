import { lastPart, listAt, numberAt, textAt } from '../aws/shapes.ts';
import { identify } from '../template/identities.ts';
import type { Resource } from '../types.ts';

/** A route of the HTTP API: `key` as in the template, such as `GET /v1/services/{name}`. */
export type Route = {
  readonly key: string;
  readonly method: string;
  readonly segments: readonly string[];
  readonly pattern: RegExp;
  readonly functionArn: string;
  /** ms */
  readonly timeout: number;
  readonly authorizer?: Authorizer;
};

export type Authorizer = {
  readonly id: string;
  readonly functionArn: string;
  readonly identityHeaders: readonly string[];
};

export type Matched = { readonly route: Route; readonly pathParameters: Readonly<Record<string, string>> };

// An integration of an HTTP API ends after 30 s at the latest; its default is the same.
const LONGEST_MS = 30_000;

/** The routes of an API, most specific first. Throws for a route, integration or authorizer that is not run here. */
export function routesOf(resources: readonly Resource[], apiId: string): readonly Route[] {
  const byRef = (type: string) =>
    new Map(resources.filter((one) => one.type === type).map((one) => [identify(one).Ref, one]));
  const integrations = byRef('AWS::ApiGatewayV2::Integration');
  const authorizers = byRef('AWS::ApiGatewayV2::Authorizer');
  const declared = resources.filter(
    ({ type, properties }) => type === 'AWS::ApiGatewayV2::Route' && properties.ApiId === apiId,
  );
  const routes = declared.map(({ logicalId, properties }) => {
    const key = textAt(properties, 'RouteKey') ?? '';
    const [method = '', path = ''] = key.split(' ');
    const segments = path.split('/').slice(1);
    if (!/^[A-Z]+ (\/([^/{}]+|\{\w+\}))*(\/\{\w+\+\})?$/.test(key) || method === 'ANY') {
      throw new Error(`${logicalId}: a route such as ${key} is not run here`);
    }
    const integration = integrations.get(lastPart(textAt(properties, 'Target') ?? ''));
    if (integration === undefined) throw new Error(`the route ${logicalId} has no known integration`);
    const authorizer = authorizers.get(textAt(properties, 'AuthorizerId') ?? '');
    return {
      ...{ key, method, segments, pattern: patternOf(segments) },
      functionArn: functionIn(textAt(integration.properties, 'IntegrationUri') ?? ''),
      timeout: numberAt(integration.properties, 'TimeoutInMillis') ?? LONGEST_MS,
      ...(authorizer !== undefined && { authorizer: authorizerOf(authorizer) }),
    };
  });
  return routes.sort((a, b) => rank(a).localeCompare(rank(b)));
}

function authorizerOf(resource: Resource): Authorizer {
  const { logicalId, properties } = resource;
  const { AuthorizerType, AuthorizerPayloadFormatVersion, EnableSimpleResponses } = properties;
  const simple = String(EnableSimpleResponses) === 'true' && AuthorizerPayloadFormatVersion === '2.0';
  if (AuthorizerType !== 'REQUEST' || !simple || (properties.AuthorizerResultTtlInSeconds ?? 0) !== 0) {
    throw new Error(`${logicalId}: only Lambda authorizers with simple responses and no cache are run here`);
  }
  const sources = listAt(properties, 'IdentitySource').map(String);
  return {
    id: identify(resource).Ref,
    functionArn: functionIn(textAt(properties, 'AuthorizerUri') ?? ''),
    identityHeaders: sources.map((source) => source.replace('$request.header.', '').toLowerCase()),
  };
}

/** Integrations name a function by its ARN, or by a path of API Gateway that contains it. */
function functionIn(uri: string): string {
  return /arn:aws:lambda:[^/]*:function:[^/]+/.exec(uri)?.[0] ?? uri;
}

/** The route of a request, by API Gateway's order: literal segments before variables. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Matched | undefined {
  for (const route of routes) {
    const found = route.method === method ? route.pattern.exec(path) : null;
    if (found === null) continue;
    const names = route.segments.filter((segment) => segment.startsWith('{'));
    const values = names.map((name, index) => [
      name.replaceAll(/[{+}]/g, ''),
      decodeURIComponent(found[index + 1] ?? ''),
    ]);
    return { route, pathParameters: Object.fromEntries(values) };
  }
  return undefined;
}

/** `/v1/services/{name}` as an expression with a group per variable. */
function patternOf(segments: readonly string[]): RegExp {
  const parts = segments.map((segment) => {
    if (segment.startsWith('{')) return segment.endsWith('+}') ? '(.+)' : '([^/]+)';
    return segment.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^/${parts.join('/')}$`);
}

/** One letter a segment, so that text order is the order of precedence: literal, variable, greedy variable. */
function rank({ segments }: Route): string {
  return segments
    .map((one) => ['a', 'b', 'c'][Number(one.startsWith('{')) + Number(one.endsWith('+}'))])
    .join('');
}
