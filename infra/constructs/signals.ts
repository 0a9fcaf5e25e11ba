import { Duration } from 'aws-cdk-lib';
import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { nameChatSenders } from './chat-senders.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { DecisionTables } from './decision-tables.ts';
import { consumeDefaultBus } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { SecretList } from './secret-lists.ts';
import type { SignalsTable } from './signals-table.ts';
import { StreamReader } from './stream-reader.ts';

type SignalsProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly signals: SignalsTable;
  readonly webhookSecrets: SecretList;
  readonly failures: Bucket;
};

/** What of AWS's own bus is let in: exactly what has a mapper in shared/signals. */
const AWS_EVENTS: Readonly<Record<string, EventPattern>> = {
  AlarmStateChanges: { source: ['aws.cloudwatch'], detailType: ['CloudWatch Alarm State Change'] },
  EcsDeployments: { source: ['aws.ecs'], detailType: ['ECS Deployment State Change'] },
  // the actions that say something about a service's health; the rest is its daily business
  EcsServiceActions: {
    source: ['aws.ecs'],
    detailType: ['ECS Service Action'],
    detail: { eventName: [{ prefix: 'SERVICE_' }] },
  },
  CodedeployDeployments: {
    source: ['aws.codedeploy'],
    detailType: ['CodeDeploy Deployment State-change Notification'],
  },
  SagemakerEndpoints: {
    source: ['aws.sagemaker'],
    detailType: ['SageMaker Endpoint State Change', 'SageMaker Endpoint Deployment State Change'],
  },
  HealthEvents: { source: ['aws.health'], detailType: ['AWS Health Event'] },
  FisExperiments: { source: ['aws.fis'], detailType: ['FIS Experiment State Change'] },
};

/** What comes in: webhooks and AWS's events are persisted by roles that may do nothing else; routing acts on the stream. */
export class Signals extends Construct {
  readonly routeSignals: HoldfastFunction;

  constructor(scope: Construct, id: string, props: SignalsProps) {
    super(scope, id);
    const { api, tables, signals, setting } = props;
    const receiveWebhook = new HoldfastFunction(this, 'ReceiveWebhook', {
      setting,
      description: 'Verifies a webhook and persists its signals',
      memory: 1024,
    });
    signals.grantIngest(receiveWebhook);
    props.webhookSecrets.grantRead(receiveWebhook);
    api.servePublic(receiveWebhook, 'POST /v1/webhooks/{source}', 'OPTIONS /v1/webhooks/{source}');

    this.receiveAwsEvents(props);

    this.routeSignals = new HoldfastFunction(this, 'RouteSignals', {
      setting,
      description: 'Finds the service a signal is about and opens or wakes its rollback',
      timeout: Duration.seconds(60),
    });
    nameChatSenders(this.routeSignals);
    signals.grantRoute(this.routeSignals);
    tables.grantDecide(this.routeSignals);
    new StreamReader(this, 'NewSignals', {
      table: signals,
      reader: this.routeSignals,
      changes: ['INSERT'],
      batchSize: 50,
      failures: props.failures,
    });

    const listSignals = new HoldfastFunction(this, 'ListSignals', { setting, description: 'Lists signals' });
    signals.grantList(listSignals);
    api.serve(listSignals, 'GET /v1/signals');
  }

  /** What AWS says about itself on its own bus: one rule for each source that is mapped, all into one function. */
  private receiveAwsEvents({ setting, signals }: SignalsProps): void {
    // the id of the first release: under another one the queue would be replaced, with what lies in it
    const deadLetters = new DeadLetterQueue(this, 'ReceiveAlarmDeadLetters');
    const receive = new HoldfastFunction(this, 'ReceiveAwsEvent', {
      setting,
      description: 'Persists an event of AWS as a signal',
      failures: deadLetters,
    });
    signals.grantIngest(receive);
    for (const [id, pattern] of Object.entries(AWS_EVENTS))
      consumeDefaultBus(this, id, pattern, { fn: receive, deadLetters });
  }
}
