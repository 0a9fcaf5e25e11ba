import { Duration } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  type IMetric,
  type IWidget,
  MathExpression,
  SingleValueWidget,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { CHECKPOINT_METRICS } from '../../shared/ledger/contract.ts';
import { METRICS, OPEN_STATES, VIOLABLE } from '../../shared/rollbacks/contract.ts';
import { SIGNAL_METRICS } from '../../shared/signals/contract.ts';
import type { ControlPlaneStack } from '../stacks/control-plane.ts';
import type { DeploymentsStack } from '../stacks/deployments.ts';
import { ownMetric } from './alarms.ts';
import { deadLetterQueues } from './delivery-alarms.ts';
import { deploymentPanels } from './deployment-panels.ts';

type DashboardProps = { readonly controlPlane: ControlPlaneStack; readonly deployments: DeploymentsStack };

const MINUTE = { period: Duration.minutes(1) };
const FIVE_MINUTES = Duration.minutes(5);
const HOUR = Duration.hours(1);
const DAY = Duration.days(1);

/** One page: is it watching, what did it do, is anything stuck. */
export class HoldfastDashboard extends Construct {
  constructor(scope: Construct, id: string, { controlPlane, deployments }: DashboardProps) {
    super(scope, id);
    const dashboard = new Dashboard(this, 'Overview', { defaultInterval: Duration.hours(6) });
    dashboard.addWidgets(
      new TextWidget({ width: 24, height: 1, markdown: 'Holdfast. What each alarm means: docs/runbook.md' }),
    );
    dashboard.addWidgets(...outcomes());
    dashboard.addWidgets(...causes());
    dashboard.addWidgets(
      graph('Health sweeps', sums(METRICS.sweeps)),
      graph('Rollbacks', sums(METRICS.detected, METRICS.proposed, METRICS.merged, METRICS.aborted)),
      graph(
        'Trouble with other systems',
        sums(METRICS.integrationErrors, METRICS.denied, METRICS.budgetLow, SIGNAL_METRICS.missed),
      ),
    );
    dashboard.addWidgets(...deploymentPanels(deployments));
    dashboard.addWidgets(...checkpoints());
    dashboard.addWidgets(...machinery(controlPlane, deployments));
    dashboard.addWidgets(...doors(controlPlane));
  }
}

/** Did it work, where does it stand, how long did it take. */
function outcomes(): readonly IWidget[] {
  const states = OPEN_STATES.map((state) =>
    ownMetric(METRICS.state, 'Maximum', FIVE_MINUTES, { state }).with({ label: state }),
  );
  const recovery = ['p50', 'p95'].map((tail) => ownMetric(METRICS.timeToRecover, tail, HOUR));
  return [
    new SingleValueWidget({ title: 'Success rate, 24 h, %', metrics: [successRate()], width: 6, height: 6 }),
    new GraphWidget({
      title: 'Active attempts by state',
      view: GraphWidgetView.PIE,
      left: states,
      width: 9,
      height: 6,
    }),
    graph('Seconds to recover, p50 and p95', recovery, 9),
  ];
}

/** Of the attempts that acted to the end: those after which the service was Healthy. What healed itself is no success of ours. */
function successRate(): MathExpression {
  return new MathExpression({
    expression: '100 * FILL(recovered, 0) / (FILL(recovered, 0) + FILL(aborted, 0))',
    usingMetrics: {
      recovered: ownMetric(METRICS.recovered, 'Sum', DAY),
      aborted: ownMetric(METRICS.aborted, 'Sum', DAY),
    },
    label: 'recovered of recovered and aborted',
    period: DAY,
  });
}

/** What is slow, what fails, who degrades. */
function causes(): readonly IWidget[] {
  const latency = ['p50', 'p95', 'p99'].map((tail) => ownMetric(METRICS.integrationCall, tail, FIVE_MINUTES));
  const violations = VIOLABLE.map((invariant) =>
    ownMetric(METRICS.violations, 'Sum', DAY, { invariant }).with({ label: invariant }),
  );
  // A search, since services come and go: by service and environment, whatever there is.
  const degradations = new MathExpression({
    expression: `SEARCH('{Holdfast,service,environment} MetricName="${METRICS.detected}"', 'Sum', 3600)`,
    usingMetrics: {},
    label: '',
    period: HOUR,
  });
  return [
    graph('Integration calls, seconds, p50, p95 and p99', latency),
    new GraphWidget({
      title: 'Violations by invariant, 24 h',
      view: GraphWidgetView.BAR,
      left: violations,
      width: 8,
      height: 6,
    }),
    graph('Degradations per service', [degradations]),
  ];
}

/** Is what was sealed vouched for, and how soon. */
function checkpoints(): readonly IWidget[] {
  const { signed, mismatch, conflict, delay } = CHECKPOINT_METRICS;
  const delays = ['p50', 'p99'].map((tail) => ownMetric(delay, tail, FIVE_MINUTES));
  return [
    graph('Checkpoints: signed, refused', sums(signed, mismatch, conflict), 12),
    graph('Seconds from sealing to a checkpoint, p50 and p99', delays, 12),
  ];
}

function machinery(controlPlane: ControlPlaneStack, deployments: DeploymentsStack): readonly IWidget[] {
  const { rollbacks, signals, ledger } = controlPlane;
  const { workflow } = rollbacks;
  const readers = [ledger.sealDecisions, ledger.publishEvents, signals.routeSignals];
  const age = { ...MINUTE, statistic: 'Maximum' };
  return [
    graph('Workflow', [
      workflow.metricStarted(MINUTE),
      workflow.metricSucceeded(MINUTE),
      workflow.metricFailed(MINUTE),
    ]),
    graph(
      'Stream readers: ms behind',
      readers.map((fn) => fn.metric('IteratorAge', age)),
    ),
    graph(
      'Dead letters',
      deadLetterQueues([controlPlane, deployments]).map((queue) =>
        queue.metricApproximateNumberOfMessagesVisible(MINUTE),
      ),
    ),
  ];
}

function doors({ api }: ControlPlaneStack): readonly IWidget[] {
  return [
    graph(
      'API',
      [api.api.metricCount(MINUTE), api.api.metricClientError(MINUTE), api.api.metricServerError(MINUTE)],
      12,
    ),
    graph('API latency, ms', [api.api.metricLatency({ ...MINUTE, statistic: 'p99' })], 12),
  ];
}

function sums(...names: readonly string[]): readonly IMetric[] {
  return names.map((name) => ownMetric(name, 'Sum', FIVE_MINUTES));
}

function graph(title: string, left: readonly IMetric[], width = 8): GraphWidget {
  return new GraphWidget({ title, left: [...left], width, height: 6 });
}
