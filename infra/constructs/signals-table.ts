import { AttributeType, StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';
import { HoldfastTable } from './tables.ts';

/** Signals as they came in, by their dedupe key. */
export class SignalsTable extends HoldfastTable {
  constructor(scope: Construct, id: string) {
    const receivedAt = { name: 'receivedAt', type: AttributeType.STRING };
    super(scope, id, {
      stream: StreamViewType.NEW_IMAGE,
      timeToLive: 'expiresAt',
      kept: false,
      indexes: [
        { name: 'byFingerprint', partition: 'fingerprint', sort: receivedAt },
        { name: 'byRouting', partition: 'routing', sort: receivedAt },
      ],
    });
  }

  /** Persist a signal, and find it again when it comes twice. */
  grantIngest(fn: HoldfastFunction): void {
    this.allowOn(fn, ['dynamodb:PutItem', 'dynamodb:GetItem'], [this.tableArn]);
  }

  /** Say where a signal went. */
  grantRoute(fn: HoldfastFunction): void {
    this.grantList(fn);
    this.allowOn(fn, ['dynamodb:UpdateItem'], [this.tableArn]);
  }

  grantList(fn: HoldfastFunction): void {
    this.allowOn(fn, ['dynamodb:GetItem', 'dynamodb:Query'], this.arns());
  }

  private allowOn(fn: HoldfastFunction, actions: readonly string[], arns: readonly string[]): void {
    fn.addEnvironment('SIGNALS_TABLE', this.tableName);
    fn.allow(actions, arns);
  }
}
