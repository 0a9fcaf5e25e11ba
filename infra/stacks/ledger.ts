import { CfnParameter, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Checkpoints } from '../constructs/checkpoints.ts';
import { Keeping } from '../constructs/keeping.ts';
import { LedgerFiles } from '../constructs/ledger-files.ts';
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
    const { setting, ledgerId, ledger, api } = controlPlane;
    const origin = new CfnParameter(this, 'LedgerOrigin', {
      default: '',
      allowedPattern: '^[^\\s+]{0,200}$',
      description:
        'Name of the ledger in its checkpoints, and of its key; empty: holdfast/ and the LedgerId. Never change it.',
    });
    const shared = { setting, data, ledgerId, origin: origin.valueAsString };
    this.checkpoints = new Checkpoints(this, 'Checkpoints', { ...shared, queue: ledger.checkpointQueue });
    new LedgerFiles(this, 'Files', { ...shared, api });
    const days = new CfnParameter(this, 'PayloadRetentionDays', {
      type: 'Number',
      default: 0,
      minValue: 0,
      maxValue: 36_500,
      description:
        'Days after which the payloads of ended subjects are removed (docs/verify.md); 0 keeps them.',
    });
    new Keeping(this, 'Keeping', {
      ...{ setting, data, ledgerId, api: controlPlane.api, queue: ledger.checkpointQueue },
      origin: origin.valueAsString,
      retentionDays: days.valueAsString,
    });
  }
}
