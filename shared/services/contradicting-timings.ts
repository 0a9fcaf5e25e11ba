import type { Issue } from '../kernel/index.ts';
import { TIMINGS, type Timings } from '../rollbacks/contract.ts';

/** Seconds: the workflow itself ends an hour after a day, so no attempt may be meant to become older. */
const OLDEST = 86_400;
/** What an attempt may wait for. */
const WAITS = [
  ...['confirmationWait', 'candidateSearch', 'ciWait', 'mergeWait', 'humanMergeWait'],
  ...['checkpointWait', 'reviewWait', 'approvalPage', 'syncDeadline', 'recoveryDeadline'],
] as readonly (keyof Timings)[];

/** Timings of a service that could not be kept: a wait that outlasts the attempt, and an attempt that outlasts its workflow. */
export function contradictingTimings(own: Partial<Timings> = {}): readonly Issue[] {
  const { staleAfter = TIMINGS.staleAfter } = own;
  if (staleAfter > OLDEST)
    return [{ path: 'timings.staleAfter', message: `must not be more than ${OLDEST}, which is a day` }];
  const tooLong = WAITS.filter((name) => (own[name] ?? TIMINGS[name]) > staleAfter);
  const written = tooLong.filter((name) => own[name] !== undefined);
  const [byDefault] = tooLong
    .filter((name) => own[name] === undefined)
    .toSorted((a, b) => TIMINGS[b] - TIMINGS[a]);
  return [
    ...written.map((name) => ({
      path: `timings.${name}`,
      message: `must not be more than staleAfter, ${staleAfter}: every attempt has ended by then`,
    })),
    ...(byDefault === undefined
      ? []
      : [
          {
            path: 'timings.staleAfter',
            message: `must not be less than ${byDefault}, ${TIMINGS[byDefault]}, which is not set here`,
          },
        ]),
  ];
}
