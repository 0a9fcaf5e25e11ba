import { Fault } from '../../kernel/index.ts';
import type { Meter } from '../../ports/meter.ts';
import { CHECKPOINT_METRICS } from '../contract.ts';

/** The entries are not what the head, or a signed checkpoint, says: nothing is signed over them. */
export function refuseRoot(meter: Meter, reason: string): never {
  meter.count(CHECKPOINT_METRICS.mismatch);
  throw new Fault('Malformed', `no checkpoint is signed: ${reason}`);
}

/** A file that is written once is there with other bytes: nothing is signed beside it. */
export function refuseFile(meter: Meter, path: string, reason: string): never {
  meter.count(CHECKPOINT_METRICS.conflict);
  throw new Fault('Conflict', `no checkpoint is signed: ${path} ${reason}`);
}
