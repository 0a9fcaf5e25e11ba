import { AwsFailure, type FaultHook } from '../types.ts';
import type { BusEvent } from './put-events.ts';
import type { Rule, Target } from './rules.ts';

type Attributes = Readonly<Record<string, string>>;

/** Where a delivery goes, and in whose name: the rule's role, or EventBridge itself on behalf of the rule. */
export type DeliveryTarget = {
  readonly arn: string;
  readonly ruleArn: string;
  readonly roleArn?: string;
  /** Message attributes of a dead letter, as AWS sets them. */
  readonly attributes?: Attributes;
};

export type Deliver = (target: DeliveryTarget, payload: unknown) => Promise<void>;

/** One event on its way to one target; `letter` is set when the retries ended and it goes to the dead letters. */
export type Pending = {
  readonly id: number;
  readonly rule: Rule;
  readonly target: Target;
  readonly event: BusEvent;
  readonly since: number;
  readonly attempts: number;
  readonly letter?: Attributes;
};

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/** Delivers once: to the target, or to the dead-letter queue when the retries have ended. Throws as `deliver` does. */
export async function attempt(pending: Pending, deliver: Deliver, fault: FaultHook): Promise<void> {
  const { rule, target, event, letter } = pending;
  const { arn, roleArn, deadLetterArn = '' } = target;
  const point = { kind: 'delivery', name: `${rule.name}:${target.id}` } as const;
  await fault({ ...point, phase: 'before' });
  const where = letter === undefined ? { arn, ...(roleArn && { roleArn }) } : { arn: deadLetterArn };
  await deliver({ ...where, ruleArn: rule.arn, ...(letter && { attributes: letter }) }, event);
  await fault({ ...point, phase: 'after' });
}

/**
 * What follows a failed attempt after `age` milliseconds on the bus: the delivery to try next, and in how many
 * milliseconds (1 s, 2 s, 4 s ... 60 s); undefined when the event is lost, without retries and dead-letter queue.
 */
export function afterFailure(
  pending: Pending,
  cause: unknown,
  age: number,
): { readonly next: Pending; readonly delay: number } | undefined {
  const attempts = pending.attempts + 1;
  const { rule, target, letter } = pending;
  const awsCode = cause instanceof AwsFailure ? cause.code : '';
  const permanent = PERMANENT[awsCode];
  const tooOld = age / 1000 > target.maximumAgeSeconds;
  if (letter !== undefined || (permanent === undefined && !tooOld && attempts <= target.retries)) {
    const delay = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
    return { next: { ...pending, attempts }, delay };
  }
  if (target.deadLetterArn === undefined) return undefined;
  const condition = tooOld ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts';
  const said = {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: permanent ?? (awsCode || 'SDK_CLIENT_ERROR'),
    ERROR_MESSAGE: cause instanceof Error ? cause.message : String(cause),
    RETRY_ATTEMPTS: String(pending.attempts),
    ...(permanent === undefined && { EXHAUSTED_RETRY_CONDITION: condition }),
  };
  return { next: { ...pending, attempts, letter: said }, delay: 0 };
}

/** Failures that EventBridge does not retry, with its own codes. */
const PERMANENT: Readonly<Record<string, string>> = {
  AccessDeniedException: 'NO_PERMISSIONS',
  ResourceNotFoundException: 'NO_RESOURCE',
  'AWS.SimpleQueueService.NonExistentQueue': 'NO_RESOURCE',
  QueueDoesNotExist: 'NO_RESOURCE',
  StateMachineDoesNotExist: 'NO_RESOURCE',
};
