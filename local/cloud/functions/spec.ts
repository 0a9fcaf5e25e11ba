import { join } from 'node:path';
import { jsonAt, numberAt, textAt } from '../aws/shapes.ts';
import type { Iam } from '../iam/iam.ts';
import { arnOf, identify, REGION } from '../template/identities.ts';
import type { Template } from '../template/template.ts';
import type { Resource } from '../types.ts';
import type { FunctionSpec } from './environment.ts';

const DEFAULT_CONCURRENCY = 8;

/** What a function is started from. */
export type SpecOptions = Pick<Template, 'asset'> &
  Pick<Iam, 'credentialsOf'> & {
    readonly dataDir: string;
    /** Address of the front door, for AWS_ENDPOINT_URL. */
    readonly aws: string;
    readonly speed: number;
  };

/** Everything a worker needs, the environment of Lambda included. */
export function specOf(options: SpecOptions, resource: Resource): FunctionSpec {
  const { properties } = resource;
  const name = identify(resource).Ref;
  const role = textAt(properties, 'Role') ?? '';
  const memory = numberAt(properties, 'MemorySize') ?? 128;
  const [module = 'index', exportName = 'handler'] = (textAt(properties, 'Handler') ?? '').split('.');
  const { accessKeyId, secretAccessKey } = options.credentialsOf(role);
  const own = Object.entries(jsonAt(properties, 'Environment', 'Variables'));
  return {
    setup: {
      file: join(options.asset(resource), `${module}.mjs`),
      exportName,
      functionName: name,
      functionArn: arnOf(resource),
      memory,
      cacheFolder: join(options.dataDir, 'compiled'),
    },
    role,
    timeout: (numberAt(properties, 'Timeout') ?? 3) * 1000,
    concurrency: numberAt(properties, 'ReservedConcurrentExecutions') ?? DEFAULT_CONCURRENCY,
    variables: {
      ...Object.fromEntries(own.map(([key, value]) => [key, String(value)])),
      HOLDFAST_TIME_FACTOR: String(options.speed),
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL: options.aws,
      // The laptop's own profiles must not reach into a function.
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_LAMBDA_FUNCTION_NAME: name,
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory),
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      TZ: ':UTC',
    },
  };
}
