import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { METRICS } from '../../shared/rollbacks/contract.ts';
import { SERVICE_METRICS } from '../../shared/services/contract.ts';
import { SIGNAL_METRICS } from '../../shared/signals/contract.ts';
import type { ControlPlaneStack } from '../stacks/control-plane.ts';
import { HoldfastAlarm, ownMetric, sumOf } from './alarms.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);

/** Nobody watches, or a workflow is lost. */
export function watchControl(scope: Construct, { rollbacks }: ControlPlaneStack): void {
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/HealthSweep/Missed',
    meaning: 'No health sweep was completed for three minutes: degradations go unseen.',
    metric: sumOf([ownMetric(METRICS.sweeps, 'Sum', MINUTE)], MINUTE),
    threshold: 1,
    below: true,
    periods: 3,
    missingBreaches: true,
  });
  const ends = { period: MINUTE, statistic: 'Sum' };
  const { workflow } = rollbacks;
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Workflow/Failed',
    meaning: 'A rollback workflow failed or ran out of its time, and could not be handed over to a person.',
    metric: sumOf([workflow.metricFailed(ends), workflow.metricTimedOut(ends)], MINUTE),
    threshold: 0,
  });
}

/** What rollbacks do: too many, too slow, refused, or waiting for a person. */
export function watchOutcomes(scope: Construct): void {
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Attempts/Aborted',
    meaning: 'More than two rollbacks were aborted within an hour.',
    metric: ownMetric(METRICS.aborted, 'Sum', HOUR),
    threshold: 2,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Attempts/Unusual',
    meaning: 'More than ten rollbacks were opened within an hour, over all services.',
    metric: ownMetric(METRICS.detected, 'Sum', HOUR),
    threshold: 10,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Recovery/Slow',
    meaning: 'One recovery in twenty of staging took longer than ten minutes.',
    // Production waits for people, up to four hours: its own limit would say nothing.
    metric: ownMetric(METRICS.timeToRecover, 'p95', HOUR, { environment: 'staging' }),
    threshold: 600,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Answer/Overdue',
    meaning: 'A rollback has waited for a person past its page time; at its deadline it is aborted.',
    metric: ownMetric(METRICS.paged, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
}

/** What other systems say, or fail to. */
export function watchOutside(scope: Construct): void {
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Permission/Denied',
    meaning: 'An outside system refused our credentials; before a merge that aborts the rollback.',
    metric: ownMetric(METRICS.denied, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Integration/Failing',
    meaning:
      'The forge, the delivery system or the metrics gave no usable answer: nothing is decided on them.',
    metric: ownMetric(METRICS.integrationErrors, 'Sum', FIVE_MINUTES),
    threshold: 3,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Budget/Low',
    meaning:
      'Fewer than 1,000 requests were left of a limit at GitHub within the last hour; below 100 nothing is written.',
    metric: ownMetric(METRICS.budgetLow, 'Sum', HOUR),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Services/Registry/Malformed',
    meaning: 'A stored entry of the registry cannot be read: its service is neither watched nor rolled back.',
    metric: ownMetric(SERVICE_METRICS.malformed, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollbacks/Ci/Failing',
    meaning:
      'The checks of more than five rollback pull requests were red or not done in time within an hour.',
    metric: ownMetric(METRICS.violations, 'Sum', HOUR, { invariant: 'I6' }),
    threshold: 5,
  });
  new HoldfastAlarm(scope, {
    name: 'Signals/Webhook/SignatureRefused',
    meaning:
      'Webhooks came with a wrong signature or token: a secret was rotated on one side, or somebody tries.',
    metric: ownMetric(SIGNAL_METRICS.forged, 'Sum', FIVE_MINUTES),
    threshold: 5,
  });
}
