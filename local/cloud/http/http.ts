import { textAt } from '../aws/shapes.ts';
import type { Functions } from '../functions/functions.ts';
import type { Outcome } from '../functions/messages.ts';
import type { Iam } from '../iam/iam.ts';
import { arn, identify } from '../template/identities.ts';
import type { Resource } from '../types.ts';
import { createHttpApi } from './api.ts';
import { type Route, routesOf } from './routes.ts';

/**
 * The template's HTTP API over its functions. Throws for a second API, and for a function that does not permit
 * API Gateway to invoke it: on AWS its route would answer 500.
 */
export function createApi(options: {
  readonly resources: readonly Resource[];
  readonly functions: Functions;
  readonly iam: Iam;
  readonly now: () => number;
  readonly log: (line: string) => void;
}): ReturnType<typeof createHttpApi> {
  const apis = options.resources.filter(({ type }) => type === 'AWS::ApiGatewayV2::Api');
  if (apis.length > 1) throw new Error('only one HTTP API is run here');
  const [api] = apis;
  const apiId = api === undefined ? 'none' : (identify(api).Ref ?? api.logicalId);
  const routes = routesOf(options.resources, apiId);
  refuseUnpermitted(options.iam, apiId, routes);
  const run = async (functionArn: string, payload: string): Promise<Outcome> => {
    try {
      return await options.functions.run(functionArn, payload);
    } catch (thrown) {
      options.log(`http api: ${String(thrown)}`);
      return { error: { errorType: textAt(thrown, 'code') ?? 'Unknown', errorMessage: String(thrown) } };
    }
  };
  return createHttpApi({ apiId, routes, run, now: options.now, log: options.log });
}

function refuseUnpermitted(iam: Iam, apiId: string, routes: readonly Route[]): void {
  const asked = routes.flatMap(({ key, method, segments, functionArn, authorizer }) => [
    { key, functionArn, from: `${apiId}/$default/${method}/${segments.join('/')}` },
    ...(authorizer === undefined
      ? []
      : [{ key, functionArn: authorizer.functionArn, from: `${apiId}/authorizers/${authorizer.id}` }]),
  ]);
  const refused = asked.filter(({ functionArn, from }) => {
    const context = { 'aws:SourceArn': arn('execute-api', from) };
    const request = { action: 'lambda:InvokeFunction', resource: functionArn, context };
    return !iam.authorizeService('apigateway.amazonaws.com', request).allowed;
  });
  if (refused.length > 0) {
    const lines = refused.map(({ key, functionArn }) => `${key}: ${functionArn}`);
    throw new Error(`API Gateway may not invoke:\n${lines.join('\n')}`);
  }
}
