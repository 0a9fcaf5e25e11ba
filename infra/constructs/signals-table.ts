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

  /** Persist a signal; one that is there already is refused by its key. */
  grantIngest(fn: HoldfastFunction): void {
    this.allowOn(fn, ['dynamodb:PutItem'], this.tableArn);
  }

  /** Find the signals of the same problem, and say where this one went. */
  grantRoute(fn: HoldfastFunction): void {
    this.allowOn(fn, ['dynamodb:Query'], `${this.tableArn}/index/byFingerprint`);
    this.allowOn(fn, ['dynamodb:UpdateItem'], this.tableArn);
  }

  grantList(fn: HoldfastFunction): void {
    this.allowOn(fn, ['dynamodb:Query'], `${this.tableArn}/index/byRouting`);
  }

  private allowOn(fn: HoldfastFunction, actions: readonly string[], arn: string): void {
    fn.addEnvironment('SIGNALS_TABLE', this.tableName);
    fn.allow(actions, [arn]);
  }
}
