import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { TIMINGS } from '../../shared/rollbacks/contract.ts';
import { digestOf } from '../digest.ts';

/** What all functions of a deployment share. */
export type FunctionSetting = {
  /** Where the bundles lie. */
  readonly functionsDir: string;
  readonly logRetentionDays: number;
};

type HoldfastFunctionProps = {
  readonly setting: FunctionSetting;
  readonly description: string;
  /** MB; more memory is more CPU. */
  readonly memory?: number;
  readonly timeout?: Duration;
  readonly environment?: Readonly<Record<string, string>>;
  /** For functions that are invoked asynchronously: where an event goes that failed three times. */
  readonly failures?: IQueue;
};

const SOFTWARE_VERSION: string = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8'),
).version;

/** One handler, by the name it has everywhere: `OpenRollbackPullRequest` runs the bundle `open-rollback-pull-request`. */
export class HoldfastFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: HoldfastFunctionProps) {
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: `Runs ${kebab(id)}`,
    });
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.setting.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    super(scope, id, {
      description: props.description,
      code: codeOf(props.setting.functionsDir, kebab(id)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory ?? 512,
      timeout: props.timeout ?? Duration.seconds(15),
      role,
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: {
        SOFTWARE_VERSION,
        CONFIG_DIGEST: digestOf(TIMINGS),
        HOLDFAST_TIME_FACTOR: '1',
        NODE_OPTIONS: '--enable-source-maps',
        POWERTOOLS_SERVICE_NAME: 'holdfast',
        ...props.environment,
      },
      ...(props.failures !== undefined && {
        onFailure: new SqsDestination(props.failures),
        retryAttempts: 2,
        maxEventAge: Duration.hours(1),
      }),
    });
    this.allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [logGroup.logGroupArn]);
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resource level: PutTraceSegments and PutTelemetryRecords accept only *.',
    });
  }

  /** Lets this function do exactly these actions on exactly these resources. */
  allow(
    actions: readonly string[],
    resources: readonly string[],
    conditions?: Readonly<Record<string, Record<string, unknown>>>,
  ): void {
    this.addToRolePolicy(
      new PolicyStatement({
        effect: Effect.ALLOW,
        actions: [...actions],
        resources: [...resources],
        ...(conditions !== undefined && { conditions }),
      }),
    );
  }
}

/** `OpenRollbackPullRequest` to `open-rollback-pull-request`. */
export function kebab(id: string): string {
  return id.replaceAll(/(?<!^)([A-Z])/g, '-$1').toLowerCase();
}

function codeOf(functionsDir: string, name: string): Code {
  const folder = join(functionsDir, name);
  if (!existsSync(join(folder, 'index.mjs'))) {
    throw new Error(
      `${name} has no bundle in ${functionsDir}: is there a functions/<capability>/${name}.ts?`,
    );
  }
  return Code.fromAsset(folder);
}
