import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { METRICS as DEPLOYMENT_METRICS } from '../../shared/deployments/contract.ts';
import { METRICS as ROLLOUT_METRICS } from '../../shared/rollouts/contract.ts';
import type { DeploymentsStack } from '../stacks/deployments.ts';
import { HoldfastAlarm, ownMetric, sumOf } from './alarms.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);

/** Traffic is split and nobody judges it, or a person has to decide, or it went back too slowly. */
export function watchRollouts(scope: Construct): void {
  new HoldfastAlarm(scope, {
    name: 'Rollouts/JudgeSweep/Missed',
    meaning: 'The judge has completed no sweep for three minutes: canaries take traffic unjudged.',
    metric: sumOf([ownMetric(ROLLOUT_METRICS.sweeps, 'Sum', MINUTE)], MINUTE),
    threshold: 1,
    below: true,
    periods: 3,
    missingBreaches: true,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollouts/Judge/Failing',
    meaning: 'The judge could not judge a rollout, or not read its counts: after ten minutes it holds.',
    metric: ownMetric(ROLLOUT_METRICS.judgeErrors, 'Sum', FIVE_MINUTES),
    threshold: 3,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollouts/Holds/Unusual',
    meaning: 'More than two rollouts were held within an hour: each waits for a person.',
    metric: ownMetric(ROLLOUT_METRICS.held, 'Sum', HOUR),
    threshold: 2,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollouts/TimeToZero/Slow',
    meaning: 'A condemned canary took traffic for more than two minutes after its verdict.',
    metric: ownMetric(ROLLOUT_METRICS.timeToZero, 'Maximum', FIVE_MINUTES),
    threshold: 120,
  });
}

/** Deployments are stopped more often than usual, or nobody answers. */
export function watchDeployments(scope: Construct): void {
  new HoldfastAlarm(scope, {
    name: 'Deployments/Blocks/Unusual',
    meaning: 'More than ten deployments were blocked within an hour.',
    metric: ownMetric(DEPLOYMENT_METRICS.blocked, 'Sum', HOUR),
    threshold: 10,
  });
  const paged = [DEPLOYMENT_METRICS.paged, ROLLOUT_METRICS.paged];
  new HoldfastAlarm(scope, {
    name: 'Deployments/Answer/Overdue',
    meaning: 'A deployment or a rollout has waited for a person past its page time.',
    metric: sumOf(
      paged.map((metric) => ownMetric(metric, 'Sum', FIVE_MINUTES)),
      FIVE_MINUTES,
    ),
    threshold: 0,
  });
}

/** A workflow is lost: what it led stands still until its deadline is read by nobody. */
export function watchDeploymentWorkflows(
  scope: Construct,
  { deployments, rollouts }: DeploymentsStack,
): void {
  const ends = { period: MINUTE, statistic: 'Sum' };
  new HoldfastAlarm(scope, {
    name: 'Deployments/Workflow/Failed',
    meaning: 'A deployment workflow failed or ran out of its time, and could not be handed over to a person.',
    metric: sumOf(
      [deployments.workflow.metricFailed(ends), deployments.workflow.metricTimedOut(ends)],
      MINUTE,
    ),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Rollouts/Workflow/Failed',
    meaning:
      'A rollout workflow failed or ran out of its time, and could not be held for a person: its traffic stays split.',
    metric: sumOf([rollouts.workflow.metricFailed(ends), rollouts.workflow.metricTimedOut(ends)], MINUTE),
    threshold: 0,
  });
}
