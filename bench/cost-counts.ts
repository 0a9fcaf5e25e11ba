import type { DecisionWrite } from '../shared/kernel/index.ts';
import { follow } from '../test/campaign/happy-path.ts';
import { calmPlan } from '../test/campaign/plan.ts';
import { campaignRoom, type Ran, type Room } from '../test/campaign/room.ts';
import { historyOf } from '../test/local/states/harness.ts';

const WRITE_UNIT = 1024;
const READS = /^(store\.(head|heads|lockHolder|count)|work\.(wait|readings|lastReading|isTold))$/;
const TWO_READS = /^store\.decisions?$/;
const PLAIN_WRITES = /^work\.(put|delete|mark)/;

/** What one rollback or one deployment makes AWS do, counted on the committed machines over the use cases. */
export type Counts = {
  readonly transitions: number;
  /** Functions that ran, the sweep left out; waits inside of them in seconds. */
  readonly ran: readonly { readonly name: string; readonly waited: number }[];
  /** The health watch, or the judge, while it was open: one sweep a minute runs anyway, but for longer. */
  readonly watched: readonly { readonly name: string; readonly waited: number }[];
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly events: number;
  readonly decisions: number;
  /** Statistics that CloudWatch was asked for. */
  readonly metricsAsked: number;
  /** The function that measures each event; null: none. */
  readonly measuredBy: string | null;
};

/** Runs the happy path of an environment and counts. */
export async function countsOf(environment: string): Promise<Counts> {
  const room = await campaignRoom(calmPlan(environment));
  try {
    const before = room.watched.written.length;
    await follow(room);
    return await counted(
      room,
      room.watched.written.slice(before).map(({ write }) => write),
    );
  } finally {
    await room.close();
  }
}

async function counted(room: Room, writes: readonly DecisionWrite[]): Promise<Counts> {
  const [attempt] = await room.attempts();
  if (attempt === undefined) throw new Error('the happy path opened no attempt');
  const history = await historyOf(room.states(), attempt.id);
  const [from, to] = [Date.parse(attempt.createdAt), Date.parse(attempt.data.times.ended ?? '')];
  const calls = room.calls.filter(({ at }) => at >= from && at <= to).map(({ call }) => call);
  const of = (pattern: RegExp) => calls.filter((call) => pattern.test(call)).length;
  const ran = room.runs.filter((run) => run.to >= from && run.from <= to).map(timed);
  return {
    transitions: history.filter(({ type }) => type.endsWith('StateEntered')).length,
    ran: ran.filter(({ name }) => name !== 'WatchHealth'),
    watched: ran.filter(({ name }) => name === 'WatchHealth'),
    writeUnits: writes.reduce((sum, write) => sum + unitsOf(write), 0) + of(PLAIN_WRITES),
    readUnits: readUnitsOf(calls) + writes.length,
    metricsAsked: 0,
    measuredBy: 'MeasureRollbacks',
    events: writes.reduce((sum, { envelope }) => sum + envelope.events.length, 0),
    decisions: writes.length,
  };
}

const timed = ({ name, from, to }: Ran) => ({ name, waited: (to - from) / 1000 });

/** Sealing one decision alone: its entry and the head of the chain in one transaction. */
const SEALING = 4;

/** Decision, payload and head, each by its size, and the effects; all in one transaction, which counts double. And its sealing. */
export function unitsOf({ envelope, payload, head, effects }: DecisionWrite): number {
  const items = [envelope, payload, head, ...effects];
  const written = items.reduce(
    (sum, item) => sum + 2 * Math.ceil(JSON.stringify(item).length / WRITE_UNIT),
    0,
  );
  return written + SEALING;
}

/** Read units of the calls of store and work table, by their names. */
export function readUnitsOf(calls: readonly string[]): number {
  const of = (pattern: RegExp) => calls.filter((call) => pattern.test(call)).length;
  return of(READS) + 2 * of(TWO_READS);
}
