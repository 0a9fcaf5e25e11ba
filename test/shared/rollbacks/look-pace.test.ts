import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isoTime } from '../../../shared/kernel/index.ts';
import type { Attempt } from '../../../shared/rollbacks/attempt.ts';
import { type OPEN_STATES, TIMINGS } from '../../../shared/rollbacks/contract.ts';
import { hasCome, isLookDue, turnAt } from '../../../shared/rollbacks/look-pace.ts';

const START = Date.parse('2026-11-21T10:00:00.000Z');
const INTERVAL = TIMINGS.healthCheckInterval;
/** Await merge, Check invariants and the Choice behind it. */
const EVENTS_OF_A_LOOK = 13;

type Stay = {
  readonly state: (typeof OPEN_STATES)[number];
  /** Seconds that it lasts, of so many that it may. */
  readonly seconds: number;
  readonly most: number;
  readonly every: number;
  readonly returns?: number;
};

/** Seconds into a stay at which it is looked at, when each look leaves the attempt where it is. */
function looksOf({ state, seconds, most, every, returns }: Stay, known = true): readonly number[] {
  const data = {
    ...{ enteredAt: isoTime(START), deadlineAt: isoTime(START + most * 1000) },
    ...(returns !== undefined && { returns }),
  };
  const attempt = { state: { kind: state }, data } as Attempt;
  const looks: number[] = [];
  let visit = `${isoTime(START)}/00`;
  for (let at = INTERVAL; at < seconds; at += INTERVAL) {
    const deps = { clock: () => START + at * 1000, timings: TIMINGS };
    const turn = turnAt((START / 1000 + at) / INTERVAL, known ? { visit } : {});
    if (!isLookDue(deps, attempt, turn, { every })) continue;
    looks.push(at);
    visit = `${isoTime(deps.clock())}/00`;
  }
  return looks;
}

/** The stays of an attempt in mode auto that is sent back three times, each look in vain; `seconds` each at most. */
function sentBack(most: { readonly merge: number; readonly review: number }): readonly Stay[] {
  const merge = (returns?: number): Stay => ({
    ...{ state: 'AwaitingMerge', seconds: most.merge, most: most.merge, every: 1 },
    ...(returns !== undefined && { returns }),
  });
  const review = (returns?: number): Stay => ({
    ...{ state: 'AwaitingHumanReview', seconds: most.review, most: most.review, every: 6 },
    ...(returns !== undefined && { returns }),
  });
  return [merge(), review(), merge(1), review(1), merge(2), review(2), merge(3)];
}

const eventsOf = (stays: readonly Stay[]): number =>
  stays.reduce((sum, stay) => sum + looksOf(stay).length * EVENTS_OF_A_LOOK, 0);

describe('the looks of a stay', () => {
  const first: Stay = { state: 'AwaitingMerge', seconds: 14_400, most: 14_400, every: 1 };

  test('come with each reading of the first ten minutes, and of three once a person has sent it back', () => {
    const early = looksOf(first).filter((at) => at <= 600);
    expect(early).toEqual(Array.from({ length: 60 }, (_, index) => (index + 1) * INTERVAL));
    const again = looksOf({ ...first, returns: 1 });
    expect(again.slice(0, 18).at(-1)).toBe(180);
  });

  test('are no more than a quarter of its age apart, and no more than a tenth of it', () => {
    const looks = looksOf(first);
    for (const [index, at] of looks.entries()) {
      const gap = at - (looks[index - 1] ?? 0);
      expect(gap).toBeLessThanOrEqual(Math.max(INTERVAL, Math.min(at / 4, 1_440)) + INTERVAL);
    }
    expect(looks.length).toBeLessThan(80);
  });

  test('are as often as ever where a workflow of an earlier release does not say since when it waits', () => {
    expect(looksOf(first, false)).toHaveLength(14_400 / INTERVAL - 1);
  });
});

describe('three returns, each look in vain', () => {
  test.each([
    ['at default timings', { merge: TIMINGS.mergeWait, review: TIMINGS.reviewWait }],
    ['with a person’s deadline for the merge', { merge: TIMINGS.humanMergeWait, review: TIMINGS.reviewWait }],
    ['at the longest', { merge: TIMINGS.staleAfter / 7, review: TIMINGS.staleAfter / 7 }],
  ])('leave a fifth of 5,000 events for all else %s', (_what, most) => {
    expect(eventsOf(sentBack(most))).toBeLessThan(4_000);
  });

  test('and however a day is divided, with the longest of deadlines or the stay’s own', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.boolean(), (shares, longest) => {
        const whole = shares.reduce((sum, share) => sum + share, 0);
        const stays = [
          { state: 'DegradationDetected' as const, seconds: 0, most: 0, every: 1 },
          ...sentBack({ merge: 0, review: 0 }),
        ].map((stay, index) => {
          const seconds = ((shares[index] ?? 0) / whole) * TIMINGS.staleAfter;
          return { ...stay, seconds, most: longest ? TIMINGS.staleAfter : seconds };
        });
        expect(eventsOf(stays)).toBeLessThan(4_500);
      }),
      { numRuns: 10 },
    );
  });
});

describe('a time that was named', () => {
  const at = isoTime(START);
  const waiting = (since: number) => turnAt(1, { visit: `${isoTime(since)}/00` });

  test('has come once for whoever began to wait before it', () => {
    const now = { clock: () => START };
    expect(hasCome(now, waiting(START - 1), at)).toBe(true);
    expect(hasCome(now, waiting(START), at)).toBe(false);
    expect(hasCome({ clock: () => START - 1 }, waiting(START - 1000), at)).toBe(false);
    expect(hasCome(now, waiting(START - 1), undefined)).toBe(false);
    expect(hasCome(now, turnAt(1, {}), at)).toBe(false);
  });
});
