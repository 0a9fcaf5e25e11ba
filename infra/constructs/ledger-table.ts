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

  /** Ask whether a checkpoint covers a decision of one kind: its entry and the newest checkpoint, nothing else. */
  grantReadCoverage(fn: HoldfastFunction, kind: string, ledgerId: string): void {
    fn.addEnvironment('LEDGER_TABLE', this.tableName);
    fn.addEnvironment('LEDGER_ID', ledgerId);
    fn.allow(['dynamodb:BatchGetItem'], [this.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [`E#${kind}/*`, `CHECKPOINT#${ledgerId}`] },
    });
  }

  grantRead(fn: HoldfastFunction): void {
    fn.addEnvironment('LEDGER_TABLE', this.tableName);
    fn.allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], this.arns());
  }
}
