import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { DataStack } from '../stacks/data.ts';
import type { CheckpointQueue } from './checkpoint-queue.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { every } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';

type KeepingProps = {
  readonly setting: FunctionSetting;
  readonly data: DataStack;
  readonly api: HoldfastApi;
  readonly queue: CheckpointQueue;
  readonly ledgerId: string;
  readonly origin: string;
  /** Days after which payloads of ended subjects are removed; 0 keeps them. */
  readonly retentionDays: string;
};

/** That the ledger stays complete, and that payloads can go while it does: both say in the ledger what they did. */
export class Keeping extends Construct {
  constructor(scope: Construct, id: string, props: KeepingProps) {
    super(scope, id);
    const { data, api } = props;
    const reconcileFailures = new DeadLetterQueue(this, 'ReconcileLedgerDeadLetters');
    const reconcile = this.makeSealing(props, 'ReconcileLedger', {
      description: 'Seals decisions that no stream has brought',
      failures: reconcileFailures,
    });
    data.tables.grantReadEnvelopes(reconcile);
    data.work.grantKeepPlaces(reconcile);
    every(Duration.hours(1), this, 'Reconciliation', { fn: reconcile, deadLetters: reconcileFailures });

    const expireFailures = new DeadLetterQueue(this, 'ExpirePayloadsDeadLetters');
    const expire = this.makeSealing(props, 'ExpirePayloads', {
      description: 'Removes payloads of ended subjects when their time is over',
      failures: expireFailures,
      environment: { PAYLOAD_RETENTION_DAYS: props.retentionDays },
    });
    data.work.grantKeepPlaces(expire);
    every(Duration.days(1), this, 'Expiry', { fn: expire, deadLetters: expireFailures });

    const erase = this.makeSealing(props, 'EraseSubject', {
      description: 'Removes the payloads of a subject that has ended',
      timeout: Duration.seconds(28),
    });
    for (const fn of [expire, erase]) {
      data.tables.grantReadHeads(fn);
      data.tables.grantRemovePayloads(fn);
    }
    api.serveFrom(this, erase, 'POST /v1/ledger/erasures');

    const rotate = this.makeSealing(props, 'RotateLedgerKey', {
      description: "Puts the ledger's next key in force",
      timeout: Duration.seconds(28),
      environment: { LEDGER_ORIGIN: props.origin },
    });
    data.ledgerKeys.grantSign(rotate);
    data.buckets.grantPublishKeyStatements(rotate);
    api.serveFrom(this, rotate, 'POST /v1/ledger/keys');

    const statement = new HoldfastFunction(this, 'GetLedgerStatement', {
      setting: props.setting,
      description: "Shows what an entry of the ledger's own says",
    });
    data.tables.grantReadStatements(statement);
    api.serveFrom(this, statement, 'GET /v1/ledger/statements/{kind}/{id}');
  }

  private makeSealing(
    { setting, data, queue, ledgerId }: KeepingProps,
    name: string,
    props: Omit<ConstructorParameters<typeof HoldfastFunction>[2], 'setting'>,
  ): HoldfastFunction {
    const fn = new HoldfastFunction(this, name, {
      setting,
      timeout: Duration.minutes(5),
      memory: 1024,
      ...props,
      environment: { LEDGER_ID: ledgerId, ...props.environment },
    });
    data.ledger.grantSeal(fn);
    data.tables.grantKeepSealed(fn);
    queue.grantAsk(fn);
    return fn;
  }
}
