import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { WITNESS_METRICS } from '../../shared/ledger/contract.ts';
import { HoldfastAlarm, ownMetric } from './alarms.ts';

const FIVE_MINUTES = Duration.minutes(5);

/** Those who watch the ledger do not cosign it, or say that it is not what they saw. */
export function watchWitnesses(scope: Construct): void {
  new HoldfastAlarm(scope, {
    name: 'Ledger/Witness/Contradicts',
    meaning: 'A witness has seen another history of the ledger, or more of it than there is.',
    metric: ownMetric(WITNESS_METRICS.contradicted, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Ledger/Witness/Failing',
    meaning: 'For 15 minutes a witness did not cosign: checkpoints are signed without its line.',
    metric: ownMetric(WITNESS_METRICS.failed, 'Sum', FIVE_MINUTES),
    threshold: 0,
    periods: 3,
  });
}
