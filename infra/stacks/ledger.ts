import { CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Checkpoints } from '../constructs/checkpoints.ts';
import type { ControlPlaneStack } from './control-plane.ts';
import type { DataStack } from './data.ts';

type LedgerStackProps = StackProps & {
  readonly data: DataStack;
  readonly controlPlane: ControlPlaneStack;
};

/** What is done with the ledger once it is sealed. Sealing stays in the control plane, beside the table it reads. */
export class LedgerStack extends Stack {
  readonly checkpoints: Checkpoints;

  constructor(scope: Construct, id: string, props: LedgerStackProps) {
    super(scope, id, props);
    const { data, controlPlane } = props;
    const { setting, ledgerId, ledger } = controlPlane;
    const origin = new CfnParameter(this, 'LedgerOrigin', {
      default: '',
      allowedPattern: '^[^\\s+]{0,200}$',
      description:
        'Name of the ledger in its checkpoints, and of its key; empty: holdfast/ and the LedgerId. Never change it.',
    });
    this.checkpoints = new Checkpoints(this, 'Checkpoints', {
      ...{ setting, data, ledgerId, origin: origin.valueAsString },
      queue: ledger.checkpointQueue,
    });
  }
}
