import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../../shared/rollbacks/contract.ts';
import type { ControlPlaneStack } from '../stacks/control-plane.ts';
import { ownMetric } from './alarms.ts';

type DashboardProps = { readonly controlPlane: ControlPlaneStack };

const MINUTE = { period: Duration.minutes(1) };

/** One page: is it watching, what did it do, is anything stuck. */
export class HoldfastDashboard extends Construct {
  constructor(scope: Construct, id: string, { controlPlane }: DashboardProps) {
    super(scope, id);
    const { rollbacks, signals, ledger, api } = controlPlane;
    const sums = (...names: readonly string[]) =>
      names.map((name) => ownMetric(name, 'Sum', Duration.minutes(5)));
    const tails = (name: string) => [ownMetric(name, 'p95', Duration.hours(1))];
    const readers = [ledger.sealDecisions, ledger.publishEvents, signals.routeSignals];
    const queues = [signals.alarmDeadLetters, rollbacks.watchDeadLetters, rollbacks.measureDeadLetters];
    const dashboard = new Dashboard(this, 'Overview', { defaultInterval: Duration.hours(6) });
    dashboard.addWidgets(
      new TextWidget({ width: 24, height: 1, markdown: 'Holdfast. What each alarm means: docs/runbook.md' }),
    );
    dashboard.addWidgets(
      graph('Health sweeps', sums(METRICS.sweeps)),
      graph('Rollbacks', sums(METRICS.detected, METRICS.proposed, METRICS.merged, METRICS.aborted)),
      graph('Seconds to recover, p95', tails(METRICS.timeToRecover)),
    );
    dashboard.addWidgets(
      graph('Workflow', [
        rollbacks.workflow.metricStarted(MINUTE),
        rollbacks.workflow.metricSucceeded(MINUTE),
        rollbacks.workflow.metricFailed(MINUTE),
      ]),
      graph(
        'Stream readers: ms behind',
        readers.map((fn) => fn.metric('IteratorAge', { ...MINUTE, statistic: 'Maximum' })),
      ),
      graph(
        'Dead letters',
        queues.map((queue) => queue.metricApproximateNumberOfMessagesVisible(MINUTE)),
      ),
    );
    dashboard.addWidgets(
      graph('API', [
        api.api.metricCount(MINUTE),
        api.api.metricClientError(MINUTE),
        api.api.metricServerError(MINUTE),
      ]),
      graph('API latency, ms', [api.api.metricLatency({ ...MINUTE, statistic: 'p99' })]),
      graph('Trouble with other systems', sums(METRICS.integrationErrors, METRICS.violations)),
    );
  }
}

function graph(title: string, left: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...left], width: 8, height: 6 });
}
