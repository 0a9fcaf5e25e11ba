import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';
import { HoldfastTable } from './tables.ts';

/** What is on its way and never a subject's state: waits, readings, idempotency keys, leases. All of it expires. */
export class WorkTable extends HoldfastTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, { sortKey: 'sk', timeToLive: 'expiresAt', kept: false });
  }

  /** Store, read and remove the waits (task tokens) of attempts. */
  grantWaits(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'WAIT#', ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem']);
  }

  /** Read the waits of attempts and remove those that ended. */
  grantEndWaits(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'WAIT#', ['dynamodb:GetItem', 'dynamodb:DeleteItem']);
  }

  grantReadReadings(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'READING#', ['dynamodb:GetItem', 'dynamodb:Query']);
  }

  grantTakeReadings(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'READING#', ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem']);
  }

  /** Hold a lease: one sweep at a time. */
  grantLease(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'LEASE#', [
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
    ]);
  }

  /** Answer a write once per Idempotency-Key. */
  grantIdempotency(fn: HoldfastFunction): void {
    this.grantPrefix(fn, 'IDEM#', [
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'dynamodb:DeleteItem',
    ]);
  }

  private grantPrefix(fn: HoldfastFunction, prefix: string, actions: readonly string[]): void {
    fn.addEnvironment('WORK_TABLE', this.tableName);
    fn.allow(actions, [this.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`${prefix}*`] },
    });
  }
}
