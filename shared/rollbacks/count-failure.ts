import { Fault } from '../kernel/index.ts';
import type { Meter } from '../ports/meter.ts';
import { METRICS } from './metric-names.ts';

/**
 * Counts what another system did not do for us, by call and fault; refused credentials are counted besides, for they ring
 * an alarm by themselves, whatever was refused. Answers the name of the fault.
 */
export function countFailure(meter: Meter, call: string, thrown: unknown): string {
  const code = thrown instanceof Fault ? thrown.name : 'Unknown';
  meter.count(METRICS.integrationErrors, { call, code });
  if (code === 'PermissionDenied') meter.count(METRICS.denied);
  return code;
}

/** Does it; what it throws is counted, and passes through. */
export async function failuresCounted<T>(meter: Meter, call: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    countFailure(meter, call, thrown);
    throw thrown;
  }
}
