import { CfnParameter, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { LEDGER_METRICS } from '../../shared/ledger/contract.ts';
import { METRICS as ROLLBACK } from '../../shared/rollbacks/contract.ts';
import { SIGNAL_METRICS } from '../../shared/signals/contract.ts';
import { AlarmMail } from '../constructs/alarm-mail.ts';
import { HoldfastAlarm, ownMetric, sumOf } from '../constructs/alarms.ts';
import { HoldfastDashboard } from '../constructs/dashboard.ts';
import type { ControlPlaneStack } from './control-plane.ts';

type ObservabilityProps = StackProps & { readonly controlPlane: ControlPlaneStack };

/** What tells people how Holdfast is, and wakes them. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id, props);
    const { controlPlane } = props;
    this.watchQueues(controlPlane);
    this.watchStreams(controlPlane);
    this.watchRollbacks(controlPlane);
    new HoldfastDashboard(this, 'Dashboard', { controlPlane });
    const address = new CfnParameter(this, 'AlarmEmail', {
      default: '',
      description: 'Where alarms are mailed; empty: nowhere.',
    });
    new AlarmMail(this, 'Mail', { address: address.valueAsString }).tell(this);
  }

  private watchQueues({ signals, rollbacks }: ControlPlaneStack): void {
    const queues = [
      { name: 'Signals/ReceiveAlarmDeadLetters/NotEmpty', queue: signals.alarmDeadLetters },
      { name: 'Rollbacks/WatchHealthDeadLetters/NotEmpty', queue: rollbacks.watchDeadLetters },
      { name: 'Rollbacks/MeasureRollbacksDeadLetters/NotEmpty', queue: rollbacks.measureDeadLetters },
    ] as const;
    for (const { name, queue } of queues) {
      new HoldfastAlarm(this, {
        name,
        meaning: 'Events could not be delivered or handled after all retries.',
        metric: queue.metricApproximateNumberOfMessagesVisible({
          period: Duration.minutes(1),
          statistic: 'Maximum',
        }),
        threshold: 0,
      });
    }
  }

  private watchStreams({ signals, ledger }: ControlPlaneStack): void {
    const readers = [
      { name: 'Ledger/SealDecisions/Behind', reader: ledger.sealDecisions },
      { name: 'Ledger/PublishEvents/Behind', reader: ledger.publishEvents },
      { name: 'Signals/RouteSignals/Behind', reader: signals.routeSignals },
    ] as const;
    for (const { name, reader } of readers) {
      new HoldfastAlarm(this, {
        name,
        meaning: 'The reader of the stream is more than a minute behind.',
        metric: reader.metric('IteratorAge', { period: Duration.minutes(1), statistic: 'Maximum' }),
        threshold: 60_000,
        periods: 3,
      });
    }
    new HoldfastAlarm(this, {
      name: 'Ledger/Seal/Rejected',
      meaning:
        'A change in the decisions table could not be sealed as a decision, or a sealed one was altered.',
      metric: sumOf(Object.values(LEDGER_METRICS), Duration.minutes(5)),
      threshold: 0,
    });
    new HoldfastAlarm(this, {
      name: 'Signals/Webhook/SignatureRefused',
      meaning:
        'Webhooks came with a wrong signature or token: a secret was rotated on one side, or somebody tries.',
      metric: ownMetric(SIGNAL_METRICS.forged, 'Sum', Duration.minutes(5)),
      threshold: 5,
    });
  }

  private watchRollbacks({ rollbacks }: ControlPlaneStack): void {
    new HoldfastAlarm(this, {
      name: 'Rollbacks/HealthSweep/Missed',
      meaning: 'No health sweep was completed for three minutes: degradations go unseen.',
      metric: ownMetric(ROLLBACK.sweeps, 'Sum', Duration.minutes(1)),
      threshold: 1,
      below: true,
      periods: 3,
      missingBreaches: true,
    });
    new HoldfastAlarm(this, {
      name: 'Rollbacks/Workflow/Failed',
      meaning: 'A rollback workflow failed and could not be handed over to a person.',
      metric: rollbacks.workflow.metricFailed({ period: Duration.minutes(1), statistic: 'Sum' }),
      threshold: 0,
    });
    new HoldfastAlarm(this, {
      name: 'Rollbacks/Attempts/Aborted',
      meaning: 'More than two rollbacks were aborted within an hour.',
      metric: ownMetric(ROLLBACK.aborted, 'Sum', Duration.hours(1)),
      threshold: 2,
    });
    new HoldfastAlarm(this, {
      name: 'Rollbacks/Permission/Denied',
      meaning: 'A rollback was aborted for security: an outside system refused our credentials.',
      metric: ownMetric(ROLLBACK.denied, 'Sum', Duration.minutes(5)),
      threshold: 0,
    });
    new HoldfastAlarm(this, {
      name: 'Rollbacks/Integration/Failing',
      meaning:
        'The forge, the delivery system or the metrics gave no usable answer: nothing is decided on them.',
      metric: ownMetric(ROLLBACK.integrationErrors, 'Sum', Duration.minutes(5)),
      threshold: 3,
    });
    new HoldfastAlarm(this, {
      name: 'Rollbacks/Ci/Failing',
      meaning: 'CI was not green at more than five invariant checks within an hour.',
      metric: ownMetric(ROLLBACK.violations, 'Sum', Duration.hours(1), { invariant: 'I6' }),
      threshold: 5,
    });
    new HoldfastAlarm(this, {
      name: 'Rollbacks/Recovery/Slow',
      meaning: 'One recovery in twenty took longer than ten minutes.',
      metric: ownMetric(ROLLBACK.timeToRecover, 'p95', Duration.hours(1)),
      threshold: 600,
    });
  }
}
