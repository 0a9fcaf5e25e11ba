import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { type FunctionSetting, HoldfastFunction } from './function.ts';
import type { OutsideWorld } from './outside-world.ts';

type MissedDeliveriesProps = { readonly setting: FunctionSetting; readonly world: OutsideWorld };

/** Has GitHub deliver again what it could not. The function reads the secret of the forge, and nothing else of ours. */
export class MissedDeliveries extends Construct {
  constructor(scope: Construct, id: string, props: MissedDeliveriesProps) {
    super(scope, id);
    const deadLetters = new DeadLetterQueue(this, 'RedeliverMissedDeadLetters');
    const fn = new HoldfastFunction(this, 'RedeliverMissed', {
      setting: props.setting,
      description: 'Has GitHub deliver again the webhooks that nobody received',
      timeout: Duration.seconds(120), // fifty requests, one after the other
      failures: deadLetters,
    });
    props.world.grantReach(fn);
    new Rule(this, 'DeliverySweep', {
      schedule: Schedule.rate(Duration.minutes(10)),
      // the next run does what this one could not
      targets: [new LambdaFunction(fn, { deadLetterQueue: deadLetters, retryAttempts: 1 })],
    });
  }
}
