import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { CHECKPOINT_METRICS } from '../../shared/ledger/contract.ts';
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
