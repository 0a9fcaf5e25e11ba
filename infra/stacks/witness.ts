import {
  CfnOutput,
  CfnParameter,
  Duration,
  RemovalPolicy,
  Stack,
  type StackProps,
  Validations,
} from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { HoldfastFunction } from '../constructs/function.ts';
import { HoldfastTable } from '../constructs/tables.ts';

type WitnessStackProps = StackProps & { readonly functionsDir: string };

const LOG_RETENTION_DAYS = 90;
const PUBLIC_REASON =
  'A witness knows no callers (C2SP tlog-witness): it cosigns only what the key of a known log has signed.';

/**
 * A witness of ledgers, for another account than theirs, with other people: what it protects against is who administers the
 * ledger. It takes nothing from any other stack.
 */
export class WitnessStack extends Stack {
  constructor(scope: Construct, id: string, props: WitnessStackProps) {
    super(scope, id, props);
    const name = new CfnParameter(this, 'WitnessName', {
      allowedPattern: '[^\\s+]{1,200}',
      description: 'The name of its key, such as witness.example.org/w1. Never change it.',
    });
    const logs = new CfnParameter(this, 'LogKeys', {
      allowedPattern: '\\S+\\+[0-9a-f]{8}\\+\\S+',
      description: 'Verifier keys of the ledgers that it witnesses, parted by commas (holdfast ledger key).',
    });
    const key = new Key(this, 'Key', {
      keySpec: KeySpec.ECC_NIST_EDWARDS25519,
      keyUsage: KeyUsage.SIGN_VERIFY,
      description: 'Cosigns checkpoints',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const table = new HoldfastTable(this, 'Witnessed', { kept: true });
    const serve = new HoldfastFunction(this, 'ServeWitness', {
      setting: { functionsDir: props.functionsDir, logRetentionDays: LOG_RETENTION_DAYS },
      description: 'Cosigns checkpoints that have grown out of those it cosigned',
      timeout: Duration.seconds(10),
      environment: {
        WITNESS_TABLE: table.tableName,
        WITNESS_KEY: key.keyArn,
        WITNESS_NAME: name.valueAsString,
        WITNESS_LOGS: logs.valueAsString,
      },
    });
    serve.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [table.tableArn]);
    serve.allow(['kms:GetPublicKey'], [key.keyArn]);
    serve.allow(['kms:Sign'], [key.keyArn], {
      StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' },
    });
    const api = this.publicApi();
    for (const [method, path] of [
      [HttpMethod.POST, '/add-checkpoint'],
      [HttpMethod.GET, '/key'],
      [HttpMethod.GET, '/{origin}/checkpoint'],
    ] as const)
      this.serve(api, method, path, serve);
    new CfnOutput(this, 'WitnessUrl', { value: api.apiEndpoint });
  }

  private publicApi(): HttpApi {
    const api = new HttpApi(this, 'Api', { createDefaultStage: false });
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: LOG_RETENTION_DAYS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const fields = {
      at: '$context.requestTime',
      requestId: '$context.requestId',
      route: '$context.routeKey',
      status: '$context.status',
      source: '$context.identity.sourceIp',
    };
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      // a log asks every ten seconds at most
      throttle: { rateLimit: 20, burstLimit: 40 },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(fields)),
      },
    });
    return api;
  }

  private serve(api: HttpApi, method: HttpMethod, path: string, fn: HoldfastFunction): void {
    const integration = new HttpLambdaIntegration(`${method}Integration`, fn);
    const authorizer = new HttpNoneAuthorizer();
    for (const route of api.addRoutes({ path, methods: [method], authorizer, integration }))
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: PUBLIC_REASON });
  }
}
