import { AwsFailure, type FaultHook } from '../types.ts';
import type { BusEvent } from './input.ts';
import type { Rule, Target } from './rules.ts';

/** Where a delivery goes, and in whose name: the rule's role, or EventBridge itself on behalf of the rule. */
export type DeliveryTarget = {
  readonly arn: string;
  readonly ruleArn: string;
  readonly roleArn?: string;
  /** Message attributes of a dead letter, as AWS sets them. */
  readonly attributes?: Readonly<Record<string, string>>;
};

export type Deliver = (target: DeliveryTarget, payload: unknown) => Promise<void>;

/** One event on its way to one target. */
export type Pending = {
  readonly id: number;
  readonly rule: Rule;
  readonly target: Target;
  readonly event: BusEvent;
  readonly since: number;
  readonly attempts: number;
  readonly failure?: Failure;
};
/** Why the retries ended; kept while the dead letter itself is retried. */
type Failure = { readonly code: string; readonly message: string; readonly condition?: string };

const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 60_000;

/** Delivers once: to the target, or to the dead-letter queue when the retries have ended. Throws as `deliver` does. */
export async function attempt(pending: Pending, deliver: Deliver, fault: FaultHook): Promise<void> {
  const { rule, target, event, failure } = pending;
  const name = `${rule.name}:${target.id}`;
  await fault({ kind: 'delivery', name, phase: 'before' });
  if (failure === undefined) {
    const { arn, roleArn } = target;
    await deliver({ arn, ruleArn: rule.arn, ...(roleArn && { roleArn }) }, target.input(event));
  } else if (target.deadLetterArn !== undefined) {
    await deliver(
      { arn: target.deadLetterArn, ruleArn: rule.arn, attributes: deadLetter(pending, failure) },
      event,
    );
  }
  await fault({ kind: 'delivery', name, phase: 'after' });
}

/** Message attributes that AWS sets on a dead letter. */
function deadLetter({ rule, target, attempts }: Pending, failure: Failure): Readonly<Record<string, string>> {
  return {
    RULE_ARN: rule.arn,
    TARGET_ARN: target.arn,
    ERROR_CODE: failure.code,
    ERROR_MESSAGE: failure.message,
    RETRY_ATTEMPTS: String(Math.max(0, attempts - 1)),
    ...(failure.condition && { EXHAUSTED_RETRY_CONDITION: failure.condition }),
  };
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
  const { target, failure } = pending;
  const delay = Math.min(FIRST_RETRY_MS * 2 ** (attempts - 1), LONGEST_RETRY_MS);
  if (failure !== undefined) return { next: { ...pending, attempts }, delay };
  const awsCode = cause instanceof AwsFailure ? cause.code : '';
  const permanent = PERMANENT[awsCode];
  const tooOld = age / 1000 > target.maximumAgeSeconds;
  if (permanent === undefined && !tooOld && attempts <= target.retries)
    return { next: { ...pending, attempts }, delay };
  if (target.deadLetterArn === undefined) return undefined;
  const condition = tooOld ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts';
  const message = cause instanceof Error ? cause.message : String(cause);
  const code = permanent ?? (awsCode || 'SDK_CLIENT_ERROR');
  const ended = { code, message, ...(permanent === undefined && { condition }) };
  return { next: { ...pending, attempts, failure: ended }, delay: 0 };
}

/** Failures that EventBridge does not retry, with its own codes. */
const PERMANENT: Readonly<Record<string, string>> = {
  AccessDeniedException: 'NO_PERMISSIONS',
  AccessDenied: 'NO_PERMISSIONS',
  ResourceNotFoundException: 'NO_RESOURCE',
  'AWS.SimpleQueueService.NonExistentQueue': 'NO_RESOURCE',
  QueueDoesNotExist: 'NO_RESOURCE',
  StateMachineDoesNotExist: 'NO_RESOURCE',
};
