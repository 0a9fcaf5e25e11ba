import type { Deliver } from '../events/delivery.ts';
import { AwsFailure, type Principal } from '../types.ts';
import type { Calls } from './calls.ts';
import { lastPart } from './shapes.ts';

/** Hands an event to a rule's target, or its dead letter to a queue, in the name of EventBridge itself. */
export function deliverTo({ call }: Calls): Deliver {
  const caller: Principal = { kind: 'service', name: 'events.amazonaws.com' };
  return async ({ arn, ruleArn, roleArn, attributes = {} }, payload) => {
    const [, , service] = arn.split(':');
    const context = { 'aws:SourceArn': ruleArn };
    if (service === 'lambda' && roleArn === undefined) {
      const input = { FunctionName: arn, InvocationType: 'Event', Payload: payload };
      await call(caller, 'lambda', 'Invoke', input, context);
    } else if (service === 'sqs' && roleArn === undefined) {
      const named = Object.entries(attributes).map(([name, value]) => [
        name,
        { DataType: 'String', StringValue: value },
      ]);
      const message = { QueueUrl: lastPart(arn), MessageBody: JSON.stringify(payload) };
      const input = { ...message, MessageAttributes: Object.fromEntries(named) };
      await call(caller, 'sqs', 'SendMessage', input, context);
    } else throw new AwsFailure('ResourceNotFoundException', `the target ${arn} is not run here`);
  };
}
