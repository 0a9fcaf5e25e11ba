import { AttributeType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';
import { HoldfastTable } from './tables.ts';

/** The sealed entries and the head of each chain. Only the sealing function writes it. */
export class LedgerTable extends HoldfastTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      kept: true,
      indexes: [{ name: 'bySeq', partition: 'chainPage', sort: { name: 'seq', type: AttributeType.NUMBER } }],
    });
  }

  /** Append entries and move the head, in one transaction. Nothing may be updated or deleted. */
  grantSeal(fn: HoldfastFunction): void {
    this.grantRead(fn);
    fn.allow(['dynamodb:PutItem'], [this.tableArn], {
      'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
    });
  }

  grantRead(fn: HoldfastFunction): void {
    fn.addEnvironment('LEDGER_TABLE', this.tableName);
    fn.allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], this.arns());
  }
}
