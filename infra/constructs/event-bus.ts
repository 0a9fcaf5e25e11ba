import { Aws, Duration } from 'aws-cdk-lib';
import { Archive, EventBus, type EventPattern, Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { HoldfastFunction } from './function.ts';

type Consumer = { readonly fn: HoldfastFunction; readonly deadLetters: Queue };

// Delivery to Lambda is retried for an hour: an event that is older tells of a world that has moved on.
const DELIVERY = { maxEventAge: Duration.hours(1), retryAttempts: 8 };

/** The custom bus with its archive. Only what is granted publishes on it. */
export class HoldfastBus extends Construct {
  readonly bus: EventBus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', { description: 'What Holdfast decided, from the decision stream' });
    new Archive(this, 'Archive', {
      sourceEventBus: this.bus,
      description: 'Every event of Holdfast, to be replayed to a consumer that was broken',
      eventPattern: { account: [Aws.ACCOUNT_ID] },
      retention: Duration.days(30),
    });
  }

  grantPublish(fn: HoldfastFunction): void {
    fn.addEnvironment('EVENT_BUS', this.bus.eventBusName);
    fn.allow(['events:PutEvents'], [this.bus.eventBusArn]);
  }

  /** Hands the events of a capability to a consumer: all of them, or those of some types. */
  consume(
    scope: Construct,
    id: string,
    source: `holdfast.${string}`,
    consumer: Consumer,
    types?: readonly string[],
  ): void {
    new Rule(scope, id, {
      eventBus: this.bus,
      eventPattern: { source: [source], ...(types !== undefined && { detailType: [...types] }) },
      targets: [targetOf(consumer)],
    });
  }
}

/** Hands events of AWS's own bus to a consumer. */
export function consumeDefaultBus(
  scope: Construct,
  id: string,
  pattern: EventPattern,
  consumer: Consumer,
): void {
  new Rule(scope, id, { eventPattern: pattern, targets: [targetOf(consumer)] });
}

/** Wakes a function at an even pace. */
export function every(interval: Duration, scope: Construct, id: string, consumer: Consumer): void {
  new Rule(scope, id, { schedule: Schedule.rate(interval), targets: [targetOf(consumer)] });
}

function targetOf(consumer: Consumer): LambdaFunction {
  return new LambdaFunction(consumer.fn, { deadLetterQueue: consumer.deadLetters, ...DELIVERY });
}
