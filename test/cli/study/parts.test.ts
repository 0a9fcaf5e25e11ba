import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyOf, normalTail, poisson, stream } from '../../../cli/study/chance.ts';
import { arrivalsOf } from '../../../cli/study/change.ts';
import { eventQueue } from '../../../cli/study/event-queue.ts';
import { evidenceBook } from '../../../cli/study/evidence.ts';
import { higherShare, meanOf, medianOf, shareOf } from '../../../cli/study/figure.ts';
import { organisationOf } from '../../../cli/study/organisation.ts';
import { behaviourOf } from '../../../cli/study/truth.ts';
import { PAST_OUTCOMES, type PastDeployment, type Tier } from '../../../shared/deployments/rules/facts.ts';
import { failureEvidence, type Outcomes } from '../../../shared/deployments/rules/failure-history.ts';
import type { OutcomeCounts } from '../../../shared/deployments/rules/risk-assessment.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-05T00:00:00.000Z');
const TIERS: Readonly<Record<string, Tier>> = { a: 2, b: 2, c: 3 };

const record = fc.record({
  service: fc.constantFrom('a', 'b', 'c'),
  days: fc.double({ min: 0, max: 120, noNaN: true }),
  outcome: fc.constantFrom(...PAST_OUTCOMES),
  lines: fc.integer({ min: 0, max: 900 }),
  migration: fc.boolean(),
  config: fc.boolean(),
  hotfix: fc.boolean(),
});

describe('the evidence that is kept up to date', () => {
  test('is what failure-history counts anew from every record', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 40 }), fc.constantFrom('a', 'b', 'c'), (drawn, service) => {
        const past = drawn
          .toSorted((one, other) => one.days - other.days)
          .map(({ service: name, days, outcome, lines, ...flags }, index): PastDeployment => {
            const change = { lines, files: 1, text: '', ...flags };
            const at = new Date(Math.round(START + days * DAY)).toISOString();
            return { id: `${index}`, service: name, environment: 'x', at, change, outcome };
          });
        const book = evidenceBook();
        for (const { at, outcome, ...each } of past) {
          const ended = { ...each, at: Date.parse(at), failed: outcome !== 'succeeded' };
          book.record(ended, TIERS[each.service] ?? 4);
        }
        const now = START + 130 * DAY;
        const kept = book.counted(service, TIERS[service] ?? 4, now);
        const peers = Object.keys(TIERS).filter((name) => TIERS[name] === TIERS[service]);
        const counted = failureEvidence({ past, service, peers, now: new Date(now).toISOString() });
        expectSame(kept.tier, counted.tier);
        expectSame(kept.service, counted.service);
        for (const each of ['small', 'large', 'migration', 'config', 'hotfix'] as const)
          expectSame(kept.ofClass(each), counted.classes[each]);
      }),
    );
  });
});

function expectSame(kept: Outcomes, counted: OutcomeCounts): void {
  expect(kept.failures).toBeCloseTo(Number(counted.failures), 9);
  expect(kept.successes).toBeCloseTo(Number(counted.successes), 9);
}

test('what happens next is the earliest, and of two at once the one that was planned first', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (times) => {
      const queue = eventQueue<number>();
      for (const [turn, at] of times.entries()) queue.push(at, turn);
      const popped = times.map(() => queue.pop());
      const wanted = times.map((at, event) => ({ at, event })).toSorted((one, other) => one.at - other.at);
      expect(popped.map((each) => ({ at: each?.at, event: each?.event }))).toEqual(wanted);
      expect(queue.pop()).toBeUndefined();
    }),
  );
});

test('what is known from the beginning comes in its turn, and first of what happens at once', () => {
  const queue = eventQueue([1, 2, 2, 5].map((at) => ({ at, event: 'known' })));
  for (const at of [3, 2, 6]) queue.push(at, 'pushed');
  const popped = Array.from({ length: 7 }, () => queue.pop());
  expect(popped.map((each) => `${each?.at} ${each?.event}`)).toEqual([
    ...['1 known', '2 known', '2 known', '2 pushed'],
    ...['3 pushed', '5 known', '6 pushed'],
  ]);
  expect(queue.pop()).toBeUndefined();
});

describe('a figure', () => {
  test('that is a median is one, within order statistics of the sample', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }), (values) => {
        const { value, low, high } = medianOf(values);
        const count = (is: (each: number) => boolean) => values.filter(is).length;
        expect(count((each) => each < (value ?? 0))).toBeLessThanOrEqual(values.length / 2);
        expect(count((each) => each > (value ?? 0))).toBeLessThanOrEqual(values.length / 2);
        expect(values).toContain(low);
        expect(values).toContain(high);
        expect(low).toBeLessThanOrEqual(value ?? 0);
        expect(high).toBeGreaterThanOrEqual(value ?? 0);
      }),
    );
  });

  test('has the hand-worked values', () => {
    expect(medianOf([5, 1, 9])).toMatchObject({ value: 5, of: 3 });
    expect(medianOf([5, 1, 9, 7])).toMatchObject({ value: 6 });
    expect(shareOf(8, 10)).toMatchObject({ value: 0.8, low: 0.490157, high: 0.943319 });
    expect(meanOf([2, 2, 2], stream(1))).toEqual({ value: 2, low: 2, high: 2, of: 3 });
    expect(higherShare([1, 2], [0, 2])).toMatchObject({ value: 0.625 });
    expect(higherShare([3, 4], [1, 2])).toMatchObject({ value: 1 });
  });

  test('of nothing is nothing, and not 0', () => {
    const nothing = { value: null, low: null, high: null, of: 0 };
    expect([shareOf(0, 0), medianOf([]), meanOf([], stream(1)), higherShare([], [1])]).toEqual(
      Array.from({ length: 4 }, () => nothing),
    );
  });
});

describe('the simulated world', () => {
  const organisation = organisationOf(3, 30);
  const arrivals = arrivalsOf(organisation, 6000);

  test('has changes at every hour and on every day of the week', () => {
    const at = arrivals.map(({ at: time }) => new Date(time));
    expect(new Set(at.map((time) => time.getUTCHours())).size).toBe(24);
    expect(new Set(at.map((time) => time.getUTCDay())).size).toBe(7);
  });

  test('makes changes with a trait bad as often as the odds it drew say', () => {
    const expected = organisation.badOfPlain;
    const bad = arrivals.filter(({ fault }) => fault !== undefined).length / arrivals.length;
    expect(bad).toBeGreaterThan(expected / 3);
    expect(bad).toBeLessThan(0.9);
    const heavier = organisationOf(3, 30);
    const odds = { ...heavier.addsToLogOdds, size: heavier.addsToLogOdds.size + 2 };
    const worse = arrivalsOf({ ...heavier, addsToLogOdds: odds }, 6000);
    const gotBad = worse.filter(({ fault }, index) => fault !== undefined && !arrivals[index]?.fault);
    expect(gotBad.length).toBeGreaterThan(50);
    // the same streams: what was bad stays bad, and no change is another
    expect(arrivals.filter(({ fault }, index) => fault !== undefined && !worse[index]?.fault)).toEqual([]);
    expect(worse.map(({ change }) => change)).toEqual(arrivals.map(({ change }) => change));
  });

  test('is slow by the quantiles that are frozen before a canary', () => {
    const [service] = organisation.services;
    const { slower } = behaviourOf(service);
    expect(slower[0]).toBeCloseTo(0.25, 6);
    expect(slower[1]).toBeCloseTo(0.1, 6);
    expect(slower[2]).toBeCloseTo(0.01, 6);
    expect(normalTail(1.96)).toBeCloseTo(0.0249979, 6);
    expect(normalTail(-1.96)).toBeCloseTo(0.9750021, 6);
  });

  test.each([0.01, 0.7, 8, 39, 300])('counts what comes %d times on average as Poisson', (mean) => {
    const chance = stream(9, Math.round(mean * 100));
    const counts = Array.from({ length: 20_000 }, () => poisson(mean, chance));
    const average = counts.reduce((sum, each) => sum + each, 0) / counts.length;
    const variance = counts.reduce((sum, each) => sum + (each - average) ** 2, 0) / counts.length;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(mean / counts.length));
    expect(Math.abs(variance / mean - 1)).toBeLessThan(mean < 0.1 ? 0.3 : 0.08);
    expect(poisson(0, chance)).toBe(0);
  });

  test('draws from streams that share nothing, seed 0 among them', () => {
    const first = [stream(0), stream(1), stream(0, 1), stream(1, 0)].map((chance) => chance());
    expect(new Set(first).size).toBe(4);
    const chance = stream(7);
    const drawn = Array.from({ length: 4000 }, () => anyOf(chance, ['x', 'y']));
    expect(drawn.filter((each) => each === 'x').length / 4000).toBeCloseTo(0.5, 1);
  });
});
