import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { POLICY_METRICS } from '../../shared/policies/contract.ts';
import { HoldfastAlarm, ownMetric } from './alarms.ts';

const FIVE_MINUTES = Duration.minutes(5);

/** Policies do not hold as they did: somebody should know at once. */
export function watchPolicies(scope: Construct): void {
  new HoldfastAlarm(scope, {
    name: 'Policies/Glass/Broken',
    meaning: 'Two people lifted every block of the policies at a place, for up to two hours.',
    metric: ownMetric(POLICY_METRICS.glassOpened, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
  new HoldfastAlarm(scope, {
    name: 'Policies/Set/Changed',
    meaning: 'An admin replaced the policies that deployments are held to.',
    metric: ownMetric(POLICY_METRICS.changed, 'Sum', FIVE_MINUTES),
    threshold: 0,
  });
}
