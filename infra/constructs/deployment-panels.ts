import { Duration } from 'aws-cdk-lib';
import { GraphWidget, type IMetric, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS as DEPLOYMENT_METRICS } from '../../shared/deployments/contract.ts';
import { METRICS as ROLLOUT_METRICS } from '../../shared/rollouts/contract.ts';
import type { DeploymentsStack } from '../stacks/deployments.ts';
import { ownMetric } from './alarms.ts';

const FIVE_MINUTES = Duration.minutes(5);
const MINUTE = { period: Duration.minutes(1) };

/** What becomes of changes, how fast a bad one is off the traffic, and whether anybody judges. */
export function deploymentPanels({ deployments, rollouts }: DeploymentsStack): readonly IWidget[] {
  const { started, promoted, rolledBack, held, judged, sweeps, judgeErrors, timeToZero } = ROLLOUT_METRICS;
  const { requested, ended, blocked } = DEPLOYMENT_METRICS;
  const machines = [deployments.workflow, rollouts.workflow];
  return [
    graph('Deployments', sums(requested, ended, blocked)),
    graph('Rollouts', sums(started, promoted, rolledBack, held, ROLLOUT_METRICS.ended)),
    graph(
      'Seconds from verdict to no traffic, median and longest',
      ['p50', 'Maximum'].map((statistic) => ownMetric(timeToZero, statistic, FIVE_MINUTES)),
    ),
    graph('The judge: sweeps, rollouts judged, errors', sums(sweeps, judged, judgeErrors), 12),
    graph(
      'Workflows of deployments and rollouts',
      machines.flatMap((machine) => [machine.metricStarted(MINUTE), machine.metricFailed(MINUTE)]),
      12,
    ),
  ];
}

function sums(...names: readonly string[]): readonly IMetric[] {
  return names.map((name) => ownMetric(name, 'Sum', FIVE_MINUTES));
}

function graph(title: string, left: readonly IMetric[], width = 8): GraphWidget {
  return new GraphWidget({ title, left: [...left], width, height: 6 });
}
