import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { vi } from 'vitest';
import { handlerFiles } from '../../infra/bundle.ts';
import { kebab } from '../../infra/constructs/function.ts';
import { createApi } from '../../local/cloud/http/api.ts';
import { createIam } from '../../local/cloud/iam/iam.ts';
import { arnOf, identify } from '../../local/cloud/template/identities.ts';
import { readTemplate } from '../../local/cloud/template/template.ts';
import type { InvokeFunction, Resource } from '../../local/cloud/types.ts';
import { ROOT } from '../conventions/tree.ts';
import { CONTEXT } from '../functions/runtime/events.ts';
import { startIssuer } from '../shared/adapters/jwt/test-issuer.ts';
import { standInAssembly } from '../support/stand-in-assembly.ts';

type Handler = (event: unknown, context: unknown) => Promise<unknown>;
type AwsCall = { readonly action: string; readonly input: Readonly<Record<string, unknown>> };

/**
 * The synthesised template's HTTP API over the real handlers, in this process: its routes, its authorizer, its
 * permissions. Behind them is no cloud: Secrets Manager gives `secrets`, a put succeeds, every other call is refused.
 */
export async function startGateway() {
  const issuer = await startIssuer();
  const aws = await startAws();
  const apiUrl = 'http://127.0.0.1';
  const { resources } = readTemplate({ folder: await standInAssembly(), issuerUrl: issuer.issuer, apiUrl });
  setEnvironment(resources, aws.url);
  const invoked: string[] = [];
  const server = createApi({
    resources,
    iam: createIam(resources),
    invoke: invokeInProcess(resources, invoked),
    log: () => undefined,
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const [client] = ofType(resources, 'AWS::Cognito::UserPoolClient');
  const audience = client === undefined ? '' : identify(client).Ref;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ issuer, audience, invoked, aws },
    routes: ofType(resources, 'AWS::ApiGatewayV2::Route').map(({ properties }) => ({
      key: String(properties.RouteKey),
      guarded: properties.AuthorizerId !== undefined,
    })),
    /** A token as the stack's own issuer gives it to who is in some groups. */
    token: (groups: readonly string[], claims: object = {}, header: Readonly<Record<string, unknown>> = {}) =>
      issuer.token({ sub: 'anna', aud: audience, 'cognito:groups': groups, ...claims }, header),
    close: () => {
      server.close();
      issuer.stop();
      aws.close();
      vi.unstubAllEnvs();
    },
  };
}

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

function ofType(resources: readonly Resource[], type: string): readonly Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** What the template gives its functions: one process has one environment, and the names mean the same everywhere. */
function setEnvironment(resources: readonly Resource[], awsUrl: string): void {
  for (const { properties } of ofType(resources, 'AWS::Lambda::Function')) {
    const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: object };
    for (const [name, value] of Object.entries(Variables)) vi.stubEnv(name, String(value));
  }
  const own = {
    ...{ AWS_ENDPOINT_URL: awsUrl, AWS_REGION: 'us-east-1', POWERTOOLS_LOG_LEVEL: 'SILENT' },
    ...{ AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none', FORGE_URL: awsUrl },
  };
  for (const [name, value] of Object.entries(own)) vi.stubEnv(name, value);
}

function invokeInProcess(resources: readonly Resource[], invoked: string[]): InvokeFunction {
  const names = new Map(
    ofType(resources, 'AWS::Lambda::Function').map((each) => [
      arnOf(each),
      kebab(each.path.split('/').at(-2) ?? ''),
    ]),
  );
  const files = new Map(handlerFiles().map((file) => [basename(file, '.ts'), join(ROOT, file)]));
  return async (arn, event) => {
    const name = names.get(arn) ?? '';
    invoked.push(name);
    const { handler }: { readonly handler: Handler } = await import(files.get(name) ?? arn);
    try {
      return { payload: await handler(event, CONTEXT) };
    } catch (thrown) {
      const { name: errorType, message: errorMessage } = thrown as Error;
      return { error: { errorType, errorMessage } };
    }
  };
}

async function startAws() {
  const calls: AwsCall[] = [];
  const secrets: { current: Readonly<Record<string, readonly string[]>> } = { current: {} };
  const server = createServer(async (request, response) => {
    const action = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input = JSON.parse(Buffer.concat(await request.toArray()).toString() || '{}');
    calls.push({ action, input });
    const answers: Readonly<Record<string, unknown>> = {
      GetSecretValue: { SecretString: JSON.stringify(secrets.current) },
      PutItem: {},
    };
    const answer = answers[action];
    response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer ?? { __type: 'AccessDeniedException', message: 'no cloud is here' }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    secrets,
    close: () => server.close(),
  };
}
