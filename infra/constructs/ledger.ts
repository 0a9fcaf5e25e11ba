import { Duration } from 'aws-cdk-lib';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { CheckpointQueue } from './checkpoint-queue.ts';
import type { DecisionTables } from './decision-tables.ts';
import type { HoldfastBus } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { HoldfastApi } from './http-api.ts';
import type { LedgerTable } from './ledger-table.ts';
import { StreamReader } from './stream-reader.ts';

type LedgerProps = {
  readonly setting: FunctionSetting;
  readonly api: HoldfastApi;
  readonly tables: DecisionTables;
  readonly ledger: LedgerTable;
  readonly bus: HoldfastBus;
  readonly failures: Bucket;
  readonly ledgerId: string;
};

/** The two readers of the decision stream: one seals, one publishes; and what anybody may read of the ledger. */
export class Ledger extends Construct {
  readonly sealDecisions: HoldfastFunction;
  readonly publishEvents: HoldfastFunction;
  readonly checkpointQueue: CheckpointQueue;

  constructor(scope: Construct, id: string, props: LedgerProps) {
    super(scope, id);
    const { tables, ledger, failures } = props;
    const environment = { LEDGER_ID: props.ledgerId };
    this.sealDecisions = this.make(props, 'SealDecisions', 'Seals decisions in the ledger', environment);
    ledger.grantSeal(this.sealDecisions);
    tables.grantKeepSealed(this.sealDecisions);
    this.checkpointQueue = new CheckpointQueue(this, 'Checkpoints');
    this.checkpointQueue.grantAsk(this.sealDecisions);
    new StreamReader(this, 'DecisionsToSeal', {
      table: tables.decisions,
      reader: this.sealDecisions,
      changes: ['INSERT', 'MODIFY', 'REMOVE'],
      batchSize: 500,
      window: 1,
      failures,
    });

    this.publishEvents = this.make(props, 'PublishEvents', 'Publishes the events of decisions');
    props.bus.grantPublish(this.publishEvents);
    new StreamReader(this, 'DecisionsToPublish', {
      table: tables.decisions,
      reader: this.publishEvents,
      changes: ['INSERT'],
      batchSize: 100,
      failures,
    });

    const read = (name: string, description: string) => {
      const fn = this.make(props, name, description, environment);
      ledger.grantRead(fn);
      // the adapter names the payloads table to those that only read the chain, too
      fn.addEnvironment('PAYLOADS_TABLE', tables.payloads.tableName);
      return fn;
    };
    props.api.serve(read('ListEntries', 'Lists sealed entries'), 'GET /v1/ledger/entries');
    props.api.serve(read('GetLedgerHead', 'Shows the head of the ledger'), 'GET /v1/ledger/head');
    const subjects = this.make(props, 'ListLedgerSubjects', 'Lists every subject with its last revision');
    tables.grantReadHeads(subjects);
    props.api.serve(subjects, 'GET /v1/ledger/subjects');
  }

  private make(
    props: LedgerProps,
    name: string,
    description: string,
    environment: Readonly<Record<string, string>> = {},
  ): HoldfastFunction {
    const timeout = Duration.seconds(name === 'SealDecisions' ? 60 : 28);
    const memory = name === 'SealDecisions' ? 1024 : 512;
    return new HoldfastFunction(this, name, {
      setting: props.setting,
      description,
      environment,
      timeout,
      memory,
    });
  }
}
