import type { Deliver } from '../events/delivery.ts';
import { AwsFailure, type Principal } from '../types.ts';
import type { Calls } from './calls.ts';
import { lastPart } from './shapes.ts';

/** Hands an event to a rule's target, in the name of the rule's role or of EventBridge itself. */
export function deliverTo(calls: Calls, principalOf: (roleArn: string) => Principal): Deliver {
  return async (target, payload) => {
    const caller: Principal =
      target.roleArn === undefined
        ? { kind: 'service', name: 'events.amazonaws.com' }
        : principalOf(target.roleArn);
    const call = calls.callFor({ 'aws:SourceArn': target.ruleArn });
    const [, , service] = target.arn.split(':');
    switch (service) {
      case 'lambda':
        await call(caller, 'lambda', 'Invoke', {
          FunctionName: target.arn,
          InvocationType: 'Event',
          Payload: payload,
        });
        return;
      case 'sqs':
        await call(caller, 'sqs', 'SendMessage', {
          QueueUrl: lastPart(target.arn),
          MessageBody: JSON.stringify(payload),
          ...(target.attributes !== undefined && { MessageAttributes: stringAttributes(target.attributes) }),
        });
        return;
      case 'states':
        await call(caller, 'states', 'StartExecution', {
          stateMachineArn: target.arn,
          input: JSON.stringify(payload),
        });
        return;
      default:
        throw new AwsFailure('ResourceNotFoundException', `the target ${target.arn} is not run here`);
    }
  };
}

function stringAttributes(attributes: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  );
}
