import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CHECKPOINT_METRICS, RECONCILE_METRICS, RETENTION_METRICS } from '../../shared/ledger/contract.ts';
import { HoldfastAlarm, ownMetric, sumOf } from './alarms.ts';

const FIVE_MINUTES = Duration.minutes(5);

/** Nobody vouches for the ledger any more, or it is not what was vouched for. */
export function watchCheckpoints(scope: Construct): void {
  new HoldfastAlarm(scope, {
    name: 'Ledger/Checkpoint/Missing',
    meaning: 'No checkpoint was signed for 15 minutes: what was sealed since then is not vouched for.',
    metric: sumOf([ownMetric(CHECKPOINT_METRICS.signed, 'Sum', FIVE_MINUTES)], FIVE_MINUTES),
    threshold: 1,
    below: true,
    periods: 3,
    missingBreaches: true,
  });
  new HoldfastAlarm(scope, {
    name: 'Ledger/Root/Mismatch',
    meaning: 'The entries in the table are not what the head or a signed checkpoint says: nothing is signed.',
    metric: ownMetric(CHECKPOINT_METRICS.mismatch, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Ledger/File/Conflict',
    meaning: 'A file of the ledger, which is written once, is there with other bytes: nothing is signed.',
    metric: ownMetric(CHECKPOINT_METRICS.conflict, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
}

const HOUR = Duration.hours(1);
const DAY = Duration.days(1);

/** What was decided is not sealed, or nobody looks for it any more. */
export function watchKeeping(scope: Construct): void {
  new HoldfastAlarm(scope, {
    name: 'Ledger/Reconcile/Found',
    meaning: 'Decisions had not been brought by the stream; they were found in the table and are sealed now.',
    metric: ownMetric(RECONCILE_METRICS.missing, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Ledger/Reconcile/Unsealable',
    meaning: 'A head counts revisions that are in no table and in no entry: a person must look.',
    metric: ownMetric(RECONCILE_METRICS.unsealable, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Ledger/Reconcile/Missed',
    meaning: 'The ledger was not held against the decisions for three hours.',
    metric: sumOf([ownMetric(RECONCILE_METRICS.runs, 'Sum', HOUR)], HOUR),
    threshold: 1,
    below: true,
    periods: 3,
    missingBreaches: true,
  });
  new HoldfastAlarm(scope, {
    name: 'Ledger/Retention/Missed',
    meaning: 'The expiry of payloads did not run, or could not go on, for two days.',
    metric: sumOf([ownMetric(RETENTION_METRICS.runs, 'Sum', DAY)], DAY),
    threshold: 1,
    below: true,
    periods: 2,
    missingBreaches: true,
  });
}
