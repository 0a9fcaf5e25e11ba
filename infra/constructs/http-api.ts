import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaAuthorizer, HttpLambdaResponseType } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';

type HoldfastApiProps = { readonly authorizer: HoldfastFunction; readonly logRetentionDays: number };
type Route = `${'GET' | 'PUT' | 'POST' | 'OPTIONS'} /v1/${string}`;

const PUBLIC_REASON =
  'Public by contract: a webhook proves itself by its signature and a scrape of the metrics by its own token; health and the API description say nothing secret; the files of the ledger hold hashes and ids, so that anybody can check it.';

/** The outer face. Every route asks the authorizer who calls, unless it is said to be public. */
export class HoldfastApi extends Construct {
  readonly api: HttpApi;
  private readonly authorizer: HttpLambdaAuthorizer;
  private readonly none = new HttpNoneAuthorizer();

  constructor(scope: Construct, id: string, props: HoldfastApiProps) {
    super(scope, id);
    this.authorizer = new HttpLambdaAuthorizer('Authorizer', props.authorizer, {
      responseTypes: [HttpLambdaResponseType.SIMPLE],
      identitySource: ['$request.header.Authorization'],
      // a role that was taken away is gone at once
      resultsCacheTtl: Duration.seconds(0),
    });
    this.api = new HttpApi(this, 'Api', { createDefaultStage: false });
    const logs = new LogGroup(this, 'AccessLogs', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      // twice the intake that is measured (bench/), so that a storm of alerts is taken and a flood is not
      throttle: { rateLimit: 1000, burstLimit: 2000 },
      detailedMetricsEnabled: true,
      accessLogSettings: { destination: new LogGroupLogDestination(logs), format: accessLog() },
    });
  }

  /** Serves routes (method and path) with one function, for callers the authorizer knows. */
  serve(fn: HoldfastFunction, ...routes: readonly Route[]): void {
    for (const route of routes) this.add(fn, route, this.authorizer);
  }

  /**
   * Serves a route with a function of another stack: route and integration stand there, so that this stack depends on none
   * of them.
   */
  serveFrom(scope: Construct, fn: HoldfastFunction, route: Route): void {
    this.addFrom(scope, fn, route, this.authorizer);
  }

  /** The same without the authorizer. */
  servePublicFrom(scope: Construct, fn: HoldfastFunction, route: Route): void {
    const added = this.addFrom(scope, fn, route, this.none);
    Validations.of(added).acknowledge({ id: 'AwsSolutions-APIG4', reason: PUBLIC_REASON });
  }

  /** Serves routes without the authorizer. */
  servePublic(fn: HoldfastFunction, ...routes: readonly Route[]): void {
    for (const route of routes) {
      for (const added of this.add(fn, route, this.none)) {
        Validations.of(added).acknowledge({ id: 'AwsSolutions-APIG4', reason: PUBLIC_REASON });
      }
    }
  }

  private addFrom(
    scope: Construct,
    fn: HoldfastFunction,
    route: Route,
    authorizer: HttpLambdaAuthorizer | HttpNoneAuthorizer,
  ): HttpRoute {
    const [method, path] = partsOf(route);
    return new HttpRoute(scope, `${fn.node.id}Route`, {
      httpApi: this.api,
      routeKey: HttpRouteKey.with(path, method),
      authorizer,
      integration: new HttpLambdaIntegration(fn.node.id, fn),
    });
  }

  private add(fn: HoldfastFunction, route: Route, authorizer: HttpLambdaAuthorizer | HttpNoneAuthorizer) {
    const [method, path] = partsOf(route);
    return this.api.addRoutes({
      path,
      methods: [method],
      authorizer,
      integration: new HttpLambdaIntegration(fn.node.id, fn),
    });
  }
}

function partsOf(route: Route): readonly [method: HttpMethod, path: string] {
  const [method, path] = route.split(' ');
  if (method === undefined || path === undefined) throw new Error(`${route} is no route`);
  return [methodOf(method), path];
}

function methodOf(name: string): HttpMethod {
  const method = Object.values(HttpMethod).find((known) => known === name);
  if (method === undefined) throw new Error(`${name} is no method`);
  return method;
}

/** One line a request; no query, no header, no body. */
function accessLog(): AccessLogFormat {
  const fields = {
    at: '$context.requestTime',
    requestId: '$context.requestId',
    route: '$context.routeKey',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    bytes: '$context.responseLength',
    source: '$context.identity.sourceIp',
    authorizerError: '$context.authorizer.error',
    integrationError: '$context.integrationErrorMessage',
  };
  return AccessLogFormat.custom(JSON.stringify(fields));
}
