import { lastPart, textAt } from '../aws/shapes.ts';
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

/** The routes of an API, as the template declares them. Throws for an integration or authorizer that is not run here. */
export function routesOf(resources: readonly Resource[], apiId: string): readonly Route[] {
  const ofApi = (type: string) =>
    resources.filter((one) => one.type === type && textAt(one.properties, 'ApiId') === apiId);
  const integrations = byRef(ofApi('AWS::ApiGatewayV2::Integration'));
  const authorizers = byRef(ofApi('AWS::ApiGatewayV2::Authorizer'));
  return ofApi('AWS::ApiGatewayV2::Route').map(({ logicalId, properties }) => {
    const key = textAt(properties, 'RouteKey') ?? '$default';
    const [method = '', path = ''] = key === '$default' ? ['ANY', '/{proxy+}'] : key.split(' ');
    const segments = path.split('/').slice(1);
    const integration = integrations.get(lastPart(textAt(properties, 'Target') ?? ''));
    if (integration === undefined) throw new Error(`the route ${logicalId} has no known integration`);
    const authorizer = authorizers.get(textAt(properties, 'AuthorizerId') ?? '');
    return {
      key,
      method,
      segments,
      pattern: patternOf(segments),
      functionArn: functionIn(textAt(integration.properties, 'IntegrationUri') ?? ''),
      timeout: Math.min(Number(integration.properties.TimeoutInMillis ?? LONGEST_MS), LONGEST_MS),
      ...(authorizer !== undefined && { authorizer: authorizerOf(authorizer) }),
    };
  });
}

function byRef(resources: readonly Resource[]): ReadonlyMap<string, Resource> {
  return new Map(resources.map((resource) => [identify(resource).Ref ?? resource.logicalId, resource]));
}

function authorizerOf(resource: Resource): Authorizer {
  const { logicalId, properties } = resource;
  const { AuthorizerType, AuthorizerPayloadFormatVersion, EnableSimpleResponses, IdentitySource } =
    properties;
  const simple = String(EnableSimpleResponses) === 'true' && AuthorizerPayloadFormatVersion === '2.0';
  if (AuthorizerType !== 'REQUEST' || !simple) {
    throw new Error(`${logicalId}: only Lambda authorizers with simple responses (payload 2.0) are run here`);
  }
  const sources = Array.isArray(IdentitySource) ? IdentitySource.map(String) : [];
  return {
    id: identify(resource).Ref ?? logicalId,
    functionArn: functionIn(textAt(properties, 'AuthorizerUri') ?? ''),
    identityHeaders: sources.map((source) => source.replace('$request.header.', '').toLowerCase()),
  };
}

/** Integrations name a function by its ARN, or by a path of API Gateway that contains it. */
function functionIn(uri: string): string {
  return /arn:aws:lambda:[^/]*:function:[^/]+/.exec(uri)?.[0] ?? uri;
}

/**
 * The route of a request, by API Gateway's order: the most specific path first (literal segments before variables,
 * variables before `{proxy+}`), then the method itself before ANY, `$default` last.
 */
export function matchRoute(routes: readonly Route[], method: string, path: string): Matched | undefined {
  return routes
    .filter((route) => route.method === method || route.method === 'ANY')
    .flatMap((route) => {
      const found = route.pattern.exec(path);
      return found === null ? [] : [{ route, pathParameters: parametersOf(route, found) }];
    })
    .sort((a, b) => compare(rank(a.route), rank(b.route)))
    .at(0);
}

/** `/v1/services/{name}` as an expression with a group per variable; `{proxy+}` takes the rest of the path. */
function patternOf(segments: readonly string[]): RegExp {
  const parts = segments.map((segment) => {
    if (segment.endsWith('+}')) return '(.*)';
    return segment.startsWith('{') ? '([^/]+)' : segment.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^/${parts.join('/')}$`);
}

function parametersOf(route: Route, found: readonly string[]): Readonly<Record<string, string>> {
  const names = route.segments.filter((segment) => segment.startsWith('{'));
  return Object.fromEntries(
    names.map((name, index) => [name.replaceAll(/[{}+]/g, ''), decoded(found[index + 1] ?? '')]),
  );
}

/** One letter a segment, so that text order is the order of precedence. */
function rank(route: Route): string {
  if (route.key === '$default') return 'z';
  const kinds = route.segments.map((segment) => {
    if (segment.endsWith('+}')) return 'c';
    return segment.startsWith('{') ? 'b' : 'a';
  });
  return `${kinds.join('')}${route.method === 'ANY' ? '2' : '1'}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
