import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { DataStack } from '../stacks/data.ts';
import type { CheckpointQueue } from './checkpoint-queue.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { every } from './event-bus.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import { nameWitnesses } from './witnesses.ts';

type CheckpointsProps = {
  readonly setting: FunctionSetting;
  readonly data: DataStack;
  readonly queue: CheckpointQueue;
  readonly ledgerId: string;
  readonly origin: string;
};

/** What is sealed is signed and published: when asked, and every five minutes in any case (ADR 0034). */
export class Checkpoints extends Construct {
  readonly publishCheckpoint: HoldfastFunction;

  constructor(scope: Construct, id: string, { setting, data, queue, ledgerId, origin }: CheckpointsProps) {
    super(scope, id);
    // of the schedule; what came from the queue goes to the queue's own
    const deadLetters = new DeadLetterQueue(this, 'PublishCheckpointDeadLetters');
    this.publishCheckpoint = new HoldfastFunction(this, 'PublishCheckpoint', {
      setting,
      description: 'Signs checkpoints of the ledger and publishes its files',
      timeout: Duration.seconds(60),
      // the files of a backlog of 65,536 entries are held at once
      memory: 1024,
      environment: {
        LEDGER_ID: ledgerId,
        LEDGER_ORIGIN: origin,
        PAYLOADS_TABLE: data.tables.payloads.tableName,
      },
      failures: deadLetters,
    });
    data.ledger.grantPublish(this.publishCheckpoint, ledgerId);
    data.buckets.grantPublishLedger(this.publishCheckpoint);
    data.ledgerKeys.grantSign(this.publishCheckpoint);
    nameWitnesses(this.publishCheckpoint);
    // what is too much for one run is asked for again
    queue.grantAsk(this.publishCheckpoint);
    this.takeFrom(queue);
    every(Duration.minutes(5), this, 'Heartbeat', { fn: this.publishCheckpoint, deadLetters });
  }

  private takeFrom(queue: CheckpointQueue): void {
    const fn = this.publishCheckpoint;
    queue.grantTake(fn);
    const mapping = new EventSourceMapping(this, 'CheckpointsToPublish', {
      target: fn,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      reportBatchItemFailures: true,
      // the least that AWS takes: one checkpoint answers every message that waits, and two publishers do no harm
      maxConcurrency: 2,
    });
    // the mapping is refused while its role cannot read the queue
    mapping.node.addDependency(fn.role ?? fn);
  }
}
