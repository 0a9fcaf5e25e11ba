import { Duration } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
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

/** What comes in: webhooks and alarms are persisted by roles that may do nothing else; routing acts on the stream. */
export class Signals extends Construct {
  readonly routeSignals: HoldfastFunction;
  readonly alarmDeadLetters: DeadLetterQueue;

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

    this.alarmDeadLetters = new DeadLetterQueue(this, 'ReceiveAlarmDeadLetters');
    const receiveAlarm = new HoldfastFunction(this, 'ReceiveAlarm', {
      setting,
      description: 'Persists a CloudWatch alarm as a signal',
      failures: this.alarmDeadLetters,
    });
    signals.grantIngest(receiveAlarm);
    const pattern = { source: ['aws.cloudwatch'], detailType: ['CloudWatch Alarm State Change'] };
    const consumer = { fn: receiveAlarm, deadLetters: this.alarmDeadLetters };
    consumeDefaultBus(this, 'AlarmStateChanges', pattern, consumer);

    this.routeSignals = new HoldfastFunction(this, 'RouteSignals', {
      setting,
      description: 'Finds the service a signal is about and opens or wakes its rollback',
      timeout: Duration.seconds(60),
    });
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
}
