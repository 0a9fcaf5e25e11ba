import type { Clock } from '../kernel/index.ts';
import type { Work } from '../ports/index.ts';
import type { Meter } from '../ports/meter.ts';
import { measureRollbackEvent, type RollbackEventDetail } from './measure-rollbacks.ts';
import { tallyOf } from './tally-rollbacks.ts';

type MeasureDeps = {
  readonly work: Pick<Work, 'isTold' | 'addOnce'>;
  readonly clock: Clock;
  /** Metrics carry the time of the fact: events that are replayed a week later ring no alarm of today. */
  readonly meterAt: (isoTime: string) => Meter;
};

/**
 * Measures an event once, however often it is delivered, or replayed as long as the bus keeps it. The sums and the mark are
 * one write. The lines in the log come before it: a crash between the two repeats a line and never loses an alarm.
 */
export async function measureOnce(
  deps: MeasureDeps,
  type: string,
  detail: RollbackEventDetail,
): Promise<void> {
  const amounts = tallyOf(type, detail);
  // most events measure nothing: whatever makes a line in the log makes a sum as well
  if (Object.keys(amounts).length === 0) return;
  const mark = `measured/${detail.eventId}`;
  if (await deps.work.isTold(mark)) return;
  measureRollbackEvent(deps.meterAt(detail.at), type, detail);
  const { service = '', environment = '' } = detail;
  await deps.work.addOnce(mark, { service, environment, amounts }, deps.clock());
}
