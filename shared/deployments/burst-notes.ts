import type { BurstsBefore } from '../rollouts/index.ts';

/** Minutes of the plan in a window of the look-back. */
export const WINDOW_MINUTES = 3;

/** How bursts are taken to be: `declared` where the team's word stands for what could not be read. */
export type Bursts = BurstsBefore & { readonly declared?: number };

/** What the service's team says of bursts, where the time before is too short to read it; else as it was read. */
export function orDeclared(read: BurstsBefore, declared: number | undefined): Bursts {
  if (declared === undefined || read.fano !== 'estimate') return read;
  const { spread: _spread, ...rest } = read;
  return { ...rest, fano: declared, declared };
}

/** What the plan says of how bursts were read before the start, in plain words: nothing where all of it was. */
export function burstNotes({ fano, kept, left, unread, spread, declared }: Bursts): readonly string[] {
  const measured = `${kept.length * WINDOW_MINUTES} minutes before the start`;
  const notes =
    left.length === 0
      ? []
      : [
          `${left.length * WINDOW_MINUTES} minutes of the time before were an incident and are left out of how this service fails`,
        ];
  if (declared !== undefined)
    return [
      ...notes,
      `only ${measured} show how failures come: bursts of ${declared} are taken, as the registry says of this service`,
    ];
  if (fano === 'estimate')
    return [
      ...notes,
      `only ${measured} show how failures come: bursts are read from the present version as the rollout goes, and before 15 intervals of it only the kill switch rolls back`,
    ];
  if (spread === undefined) return notes;
  const what = unread.map(
    ({ ms, bad }) => `${ms === undefined ? 'failures' : `slower than ${ms} ms`}: ${bad}`,
  );
  return [
    ...notes,
    `bursts could not be read: too little was bad in the ${measured}, or in too little of that time (${what.join(', ')}); for that the judge rolls back only once the canary had it in ${spread.intervals} intervals`,
  ];
}
