import { isoTime, millis, type Reason } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import type { RollbackDeps } from './ports.ts';
import { postponeMerge as rule } from './rules/record-step.ts';
import { takeStep } from './take-step.ts';
import { inWords } from './unanswered.ts';

/** Why the forge could not say whether it merges. */
export type Postponement = {
  readonly fault: string;
  readonly message: string;
  /** The wait that the forge asks for, where it names one. */
  readonly retryAfterSeconds: number | undefined;
};

/**
 * A stay in AwaitingMerge asks about so often at most: ten minutes every 20 s, four hours every eight minutes in the end. It
 * spares a forge that is down, and the workflow its history of events.
 */
const TRIES = 30;

/**
 * The forge gave no answer to the merge that trying again at once could mend: nothing is spent, and it is asked again,
 * not before the time that it names, at growing intervals otherwise, until the state's deadline. Each is recorded.
 */
export function postponeMerge(
  deps: RollbackDeps,
  attempt: Attempt,
  key: string,
  why: Postponement,
): Promise<Attempt> {
  const now = deps.clock();
  const before = postponed(attempt)?.times ?? 0;
  const at = isoTime(now);
  const wait = waitSeconds(deps, attempt, why, before) * 1000;
  // nobody asks after the deadline, whatever the forge names
  const until = isoTime(Math.min(now + wait, Math.max(now, millis(attempt.data.deadlineAt ?? at))));
  const said = inWords(why.fault, why.message);
  return takeStep(deps, attempt, {
    key: `${key}/postponed`,
    rule,
    inputs: { fault: why.fault, message: why.message, times: before + 1, at, until },
    move: () => ({
      event: 'MergePostponed',
      state: { kind: 'AwaitingMerge' },
      reasons: [
        {
          code: 'MERGE_POSTPONED',
          text: `the forge did not say whether it merges, and is asked again from ${until} on: ${said}`,
        },
      ],
      data: { mergePostponed: { at, until, times: before + 1, said } },
    }),
  });
}

/** Whether the merge is not to be tried yet. */
export function isPostponed(attempt: Attempt, now: number): boolean {
  const found = postponed(attempt);
  return found !== undefined && now < millis(found.until);
}

/** What the forge said last instead of merging, as a reason of the end that comes of it. */
export function postponedReasons(attempt: Attempt): readonly Reason[] {
  const found = postponed(attempt);
  if (found === undefined) return [];
  const text = `the forge was asked to merge and gave no answer (times: ${found.times}, the last at ${found.at}): ${found.said}`;
  return [{ code: 'MERGE_POSTPONED', text }];
}

/** That of the present stay in AwaitingMerge. */
function postponed({ data }: Attempt): Attempt['data']['mergePostponed'] {
  const { mergePostponed, enteredAt } = data;
  return mergePostponed !== undefined && mergePostponed.at >= enteredAt ? mergePostponed : undefined;
}

function waitSeconds(
  { timings }: RollbackDeps,
  { data }: Attempt,
  { retryAfterSeconds = 0 }: Postponement,
  times: number,
): number {
  const first = timings.healthCheckInterval;
  const stay = (millis(data.deadlineAt ?? data.enteredAt) - millis(data.enteredAt)) / 1000;
  const longest = Math.max(first, stay / TRIES);
  // the forge's own wait is in real seconds, whatever the time factor
  return Math.max(retryAfterSeconds, Math.min(first * 2 ** times, longest));
}
