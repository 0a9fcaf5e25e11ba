import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import type { HoldfastFunction } from './function.ts';

/** Asks for checkpoints. A message is only a time to look: losing one costs the wait for the heartbeat. */
export class CheckpointQueue extends Queue {
  constructor(scope: Construct, id: string) {
    const deadLetters = new DeadLetterQueue(scope, 'CheckpointDeadLetters');
    super(scope, id, {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      // longer than the function may run, and short enough to try again before the next heartbeat
      visibilityTimeout: Duration.seconds(90),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 5 },
    });
  }

  /** Ask for a checkpoint. */
  grantAsk(fn: HoldfastFunction): void {
    fn.addEnvironment('CHECKPOINT_QUEUE', this.queueUrl);
    fn.allow(['sqs:SendMessage'], [this.queueArn]);
  }

  /** Be started by messages. */
  grantTake(fn: HoldfastFunction): void {
    fn.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [this.queueArn]);
  }
}
