import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';
import { HoldfastTable } from './tables.ts';

/** What is on its way and never a subject's state: waits, readings, last looks, leases, idempotency keys, sums of metrics. All of it expires. */
export class WorkTable extends HoldfastTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, { sortKey: 'sk', timeToLive: 'expiresAt', kept: false });
  }

  /** Store the waits (task tokens) of attempts. */
  grantStoreWaits(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'WAIT#', ['dynamodb:PutItem']);
  }

  /** Read the waits of attempts. */
  grantReadWaits(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'WAIT#', ['dynamodb:GetItem']);
  }

  grantReadReadings(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'READING#', ['dynamodb:GetItem', 'dynamodb:Query']);
  }

  grantTakeReadings(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'READING#', ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem']);
  }

  /** Remember what people were told, so that no message is sent twice. */
  grantTell(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'TOLD#', ['dynamodb:GetItem', 'dynamodb:PutItem']);
  }

  /** Add to the sums of metrics. The mark that makes an event count once is one of `grantTell`. */
  grantAddTallies(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'METRIC#', ['dynamodb:UpdateItem']);
  }

  /** Read the sums of metrics. */
  grantReadTallies(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'METRIC#', ['dynamodb:Query']);
  }

  /** Keep what the judge saw last of a rollout. */
  grantJudge(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'JUDGED#', ['dynamodb:GetItem', 'dynamodb:PutItem']);
  }

  grantReadJudgements(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'JUDGED#', ['dynamodb:GetItem']);
  }

  /** Keep what was seen last of the invariants of an attempt. */
  grantKeepEvaluations(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'CHECKED#', ['dynamodb:GetItem', 'dynamodb:PutItem']);
  }

  grantReadEvaluations(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'CHECKED#', ['dynamodb:GetItem']);
  }

  /** Keep where a sweep goes on. */
  grantKeepPlaces(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'PLACE#', ['dynamodb:GetItem', 'dynamodb:PutItem']);
  }

  /** Take, renew and give back leases. */
  grantLeases(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'LEASE#', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem']);
  }

  /** Answer a write once per Idempotency-Key. */
  grantIdempotency(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'IDEM#', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem']);
  }

  private grantPrefix(fn: HoldfastFunction, prefix: string, actions: readonly string[]): void {
    fn.addEnvironment('WORK_TABLE', this.tableName);
    fn.allow(actions, [this.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] },
    });
  }
}
