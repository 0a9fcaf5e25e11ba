import { AttributeType, StreamViewType } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';
import { ENDING_KINDS } from '../../shared/ledger/contract.ts';
import type { HoldfastFunction } from './function.ts';
import { HoldfastTable } from './tables.ts';

const READ = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'];
const IN_TRANSACTION = {
  'ForAnyValue:StringEquals': { 'dynamodb:EnclosingOperation': ['TransactWriteItems'] },
};

/** Decisions, payloads and heads: the system of record. Its verbs are the only ways to reach it. */
export class DecisionTables {
  readonly decisions: HoldfastTable;
  readonly payloads: HoldfastTable;
  readonly heads: HoldfastTable;

  /** The tables stand directly in the stack: their paths, and so their logical ids, never change. */
  constructor(scope: Construct) {
    this.decisions = new HoldfastTable(scope, 'Decisions', {
      sortKey: 'sk',
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      kept: true,
    });
    this.payloads = new HoldfastTable(scope, 'Payloads', { sortKey: 'sk', kept: true });
    const createdAt = { name: 'createdAt', type: AttributeType.STRING };
    this.heads = new HoldfastTable(scope, 'Heads', {
      kept: true,
      indexes: [
        { name: 'byKind', partition: 'kindPk', sort: createdAt },
        { name: 'byState', partition: 'statePk', sort: createdAt },
        { name: 'byService', partition: 'servicePk', sort: createdAt },
      ],
    });
  }

  /** Take decisions: decision, payload and head in one transaction, with locks and counters; and read what was decided before. */
  grantDecide(fn: HoldfastFunction): void {
    this.grantReadDecisions(fn);
    fn.allow(['dynamodb:PutItem'], [this.decisions.tableArn, this.payloads.tableArn], IN_TRANSACTION);
    fn.allow(['dynamodb:PutItem'], [this.heads.tableArn], IN_TRANSACTION);
    // Locks are put and deleted, counters updated; what a subject is, only ever put.
    fn.allow(['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], [this.heads.tableArn], {
      ...IN_TRANSACTION,
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['SLOT#*', 'QUOTA#*'] },
    });
  }

  /** Read heads, and every decision with its payload. */
  grantReadDecisions(fn: HoldfastFunction): void {
    this.grantReadHeads(fn);
    fn.addEnvironment('DECISIONS_TABLE', this.decisions.tableName);
    fn.addEnvironment('PAYLOADS_TABLE', this.payloads.tableName);
    fn.allow(READ, [this.decisions.tableArn, this.payloads.tableArn]);
  }

  /** Read where subjects stand, locks and counters included. */
  grantReadHeads(fn: HoldfastFunction): void {
    fn.addEnvironment('HEADS_TABLE', this.heads.tableName);
    fn.allow(READ, this.heads.arns());
  }

  /** Read heads and envelopes, and no payload. */
  grantReadEnvelopes(fn: HoldfastFunction): void {
    this.grantReadHeads(fn);
    fn.addEnvironment('DECISIONS_TABLE', this.decisions.tableName);
    fn.allow(['dynamodb:Query'], [this.decisions.tableArn]);
  }

  /** See which payloads of subjects that end are there, and remove them. Nothing of the ledger's own. */
  grantRemovePayloads(fn: HoldfastFunction): void {
    fn.addEnvironment('PAYLOADS_TABLE', this.payloads.tableName);
    const keys = ENDING_KINDS.map((kind) => `${kind.toUpperCase()}#*`);
    fn.allow(['dynamodb:BatchGetItem', 'dynamodb:DeleteItem'], [this.payloads.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
    });
  }

  /** Read what the ledger's own entries say. */
  grantReadStatements(fn: HoldfastFunction): void {
    fn.addEnvironment('PAYLOADS_TABLE', this.payloads.tableName);
    fn.allow(['dynamodb:GetItem'], [this.payloads.tableArn], {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['LEDGER.*'] },
    });
  }

  /** Keep the salted content of the ledger's special entries: put only if absent, under `LEDGER.*` keys. */
  grantKeepSealed(fn: HoldfastFunction): void {
    fn.addEnvironment('PAYLOADS_TABLE', this.payloads.tableName);
    fn.allow(['dynamodb:PutItem'], [this.payloads.tableArn], {
      ...IN_TRANSACTION,
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['LEDGER.*'] },
    });
  }
}
