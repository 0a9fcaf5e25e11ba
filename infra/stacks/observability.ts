import { CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmMail } from '../constructs/alarm-mail.ts';
import { HoldfastDashboard } from '../constructs/dashboard.ts';
import { watchQueues, watchStreams } from '../constructs/delivery-alarms.ts';
import {
  watchDeployments,
  watchDeploymentWorkflows,
  watchRollouts,
} from '../constructs/deployment-alarms.ts';
import { watchCheckpoints, watchKeeping } from '../constructs/ledger-alarms.ts';
import { watchPolicies } from '../constructs/policy-alarms.ts';
import { watchControl, watchOutcomes, watchOutside } from '../constructs/rollback-alarms.ts';
import { watchWitnesses } from '../constructs/witness-alarms.ts';
import type { ControlPlaneStack } from './control-plane.ts';
import type { DeploymentsStack } from './deployments.ts';
import type { LedgerStack } from './ledger.ts';

type ObservabilityProps = StackProps & {
  readonly controlPlane: ControlPlaneStack;
  readonly deployments: DeploymentsStack;
  readonly ledger: LedgerStack;
};

/** What tells people how Holdfast is, and wakes them. Alarms stand directly in the stack: their ids never change. */
export class ObservabilityStack extends Stack {
  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id, props);
    const { controlPlane, deployments, ledger } = props;
    watchQueues(this, [controlPlane, deployments, ledger]);
    watchStreams(this, controlPlane);
    watchControl(this, controlPlane);
    watchOutcomes(this);
    watchOutside(this);
    watchPolicies(this);
    watchCheckpoints(this);
    watchWitnesses(this);
    watchKeeping(this);
    watchRollouts(this);
    watchDeployments(this);
    watchDeploymentWorkflows(this, deployments);
    new HoldfastDashboard(this, 'Dashboard', { controlPlane, deployments });
    const address = new CfnParameter(this, 'AlarmEmail', {
      default: '',
      description: 'Where alarms are mailed; empty: nowhere.',
    });
    new AlarmMail(this, 'Mail', { address: address.valueAsString }).tell(this);
  }
}
