import { CfnParameter, Stack } from 'aws-cdk-lib';
import type { HoldfastFunction } from './function.ts';

/** Parameters of the function's stack that name the witnesses which it may ask: it asks nobody else. */
export function nameWitnesses(fn: HoldfastFunction): void {
  const stack = Stack.of(fn);
  const url = new CfnParameter(stack, 'WitnessUrl', {
    default: '',
    allowedPattern: '^(https?://[^\\s,]+(,https?://[^\\s,]+)*)?$',
    description: 'Witnesses that cosign checkpoints, parted by commas. Empty: none.',
  });
  const key = new CfnParameter(stack, 'WitnessKey', {
    default: '',
    description: 'Their verifier keys, parted by commas, in the same order (docs/verify.md).',
  });
  fn.addEnvironment('WITNESS_URL', url.valueAsString);
  fn.addEnvironment('WITNESS_VKEY', key.valueAsString);
}
