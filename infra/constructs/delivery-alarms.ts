import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LEDGER_METRICS } from '../../shared/ledger/contract.ts';
import type { ControlPlaneStack } from '../stacks/control-plane.ts';
import { HoldfastAlarm, ownMetric, sumOf } from './alarms.ts';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { StreamReader } from './stream-reader.ts';

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);

/** Every dead-letter queue of these stacks, whoever made it. */
export function deadLetterQueues(stacks: readonly Construct[]): readonly DeadLetterQueue[] {
  return stacks.flatMap((stack) => stack.node.findAll().filter((found) => found instanceof DeadLetterQueue));
}

/** `Rollbacks/WatchHealthDeadLetters` of a construct that stands in its capability. */
function placeOf(found: Construct): `${string}/${string}` {
  return `${found.node.scope?.node.id ?? ''}/${found.node.id}`;
}

/** Something lies in a dead-letter queue. */
export function watchQueues(scope: Construct, stacks: readonly Construct[]): void {
  for (const queue of deadLetterQueues(stacks)) {
    new HoldfastAlarm(scope, {
      name: `${placeOf(queue)}/NotEmpty`,
      meaning: 'Events could not be delivered or handled after all retries.',
      metric: queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: 'Maximum' }),
      threshold: 0,
    });
  }
}

/** A reader of a stream lags, gave a record up, or met one that is no decision. */
export function watchStreams(scope: Construct, { signals, ledger, node }: ControlPlaneStack): void {
  const readers = [
    { name: 'Ledger/SealDecisions/Behind', reader: ledger.sealDecisions },
    { name: 'Ledger/PublishEvents/Behind', reader: ledger.publishEvents },
    { name: 'Signals/RouteSignals/Behind', reader: signals.routeSignals },
  ] as const;
  for (const { name, reader } of readers) {
    new HoldfastAlarm(scope, {
      name,
      meaning: 'The reader of the stream is more than a minute behind.',
      metric: reader.metric('IteratorAge', { period: MINUTE, statistic: 'Maximum' }),
      threshold: 60_000,
      periods: 3,
    });
  }
  const mappings = node.findAll().filter((found) => found instanceof StreamReader);
  for (const mapping of mappings) watchGivenUp(scope, mapping);
  const special = Object.values(LEDGER_METRICS).map((name) => ownMetric(name, 'Sum', FIVE_MINUTES));
  new HoldfastAlarm(scope, {
    name: 'Ledger/Seal/Rejected',
    meaning:
      'A change in the decisions table could not be sealed as a decision, or a sealed one was altered.',
    metric: sumOf(special, FIVE_MINUTES),
    threshold: 0,
  });
}

/** What lands in the failures bucket is counted by the mapping that puts it there: the bucket's own count comes once a day. */
function watchGivenUp(scope: Construct, mapping: StreamReader): void {
  const raw = mapping.node.defaultChild;
  if (!(raw instanceof CfnEventSourceMapping)) throw new Error(`${mapping.node.path} is no mapping`);
  // Lambda emits these counts only where they are asked for.
  raw.metricsConfig = { metrics: ['EventCount'] };
  const counts = ['OnFailureDestinationDeliveredEventCount', 'DroppedEventCount'].map(
    (metricName) =>
      new Metric({
        namespace: 'AWS/Lambda',
        metricName,
        statistic: 'Sum',
        period: FIVE_MINUTES,
        dimensionsMap: { EventSourceMappingUUID: mapping.eventSourceMappingId },
      }),
  );
  new HoldfastAlarm(scope, {
    name: `${placeOf(mapping)}/GivenUp`,
    meaning: 'A record of the stream failed through all retries and was put into the failures bucket.',
    metric: sumOf(counts, FIVE_MINUTES),
    threshold: 0,
  });
}
