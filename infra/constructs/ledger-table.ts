import { AttributeType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';
import { HoldfastTable } from './tables.ts';

/** The sealed entries, the head of each chain, and its newest checkpoint. */
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
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['E#*', 'HEAD#*'] },
    });
  }

  /** Read the chain, and put its newest checkpoint and where its full tiles end. */
  grantPublish(fn: HoldfastFunction, ledgerId: string): void {
    this.grantRead(fn);
    fn.allow(['dynamodb:PutItem'], [this.tableArn], {
      'ForAllValues:StringEquals': {
        'dynamodb:LeadingKeys': [`CHECKPOINT#${ledgerId}`, `TILES#${ledgerId}`],
      },
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
