import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PLACES } from '../../bench/kills-places.ts';
import { cutSteps, planOf, pointsOf } from '../../bench/kills-points.ts';
import {
  type CutRecord,
  cutAsMeant,
  earlierSweeps,
  type KeptSweeps,
  keptSweeps,
  knownSteps,
  together,
  uncutFirst,
} from '../../bench/kills-record.ts';
import type { KillRun } from '../../bench/kills-run.ts';
import { waitedMore, wholeOf } from '../../bench/kills-whole.ts';

const MERGING = ['calling', 'leaving'].map((doing) => `Merge rollback pull request: ${doing}`);
const STEPS: Readonly<Record<string, readonly string[]>> = {
  staging: ['Take up attempt: entering', ...MERGING, 'end'],
  production: ['Take up attempt: entering', 'Request approval: awaiting', ...MERGING, 'end'],
  'production, checkpoint awaited': [
    ...['Take up attempt: entering', 'Request approval: awaiting', ...MERGING],
    ...['Await merge: awaiting', ...MERGING, 'end'],
  ],
};

function runOf(name: string, steps: readonly string[] = STEPS[name] ?? []): KillRun {
  const place = PLACES.find((each) => each.name === name);
  if (place === undefined) throw new Error(`there is no place ${name}`);
  return {
    target: { place, service: 'kill0', repository: 'acme/gitops-0', dataDir: 'none' },
    ...{ id: 'rbk_1', killed: false, seconds: 15, end: 'RollbackComplete', workflow: 'SUCCEEDED', steps },
    ...{ events: [], approvals: [], effects: [] },
  };
}

function recordAt(environment: string, step: number, phase: 'before' | 'after', at?: string): CutRecord {
  return {
    ...{ environment, step, phase, at: at ?? STEPS[environment]?.[step] ?? 'none', downMs: 900 },
    ...{ end: 'RollbackComplete', workflow: 'SUCCEEDED', doubled: 0, missing: 0, otherDecisions: false },
    ...{ wrong: [], commit: 'abc1234', date: '2026-11-21T20:49:09.522Z' },
  };
}

const whole = PLACES.map(({ name }) => runOf(name));
/** As a sweep leaves them that knows no more than two places. */
const ofTwoPlaces: KeptSweeps = {
  records: ['staging', 'production'].flatMap((name) =>
    (STEPS[name] ?? []).flatMap((_, step) => [recordAt(name, step, 'before'), recordAt(name, step, 'after')]),
  ),
  ...{ entries: 936, findings: [] },
  whole: ['staging', 'production'].map((environment) => ({ environment, steps: STEPS[environment] ?? [] })),
};

describe('where a checkpoint is awaited', () => {
  test('the points are the steps from the call that finds it uncovered until the merge is stored', () => {
    const awaited = runOf('production, checkpoint awaited');
    expect(cutSteps(awaited.target.place, awaited.steps)).toEqual([2, 6]);
    const points = pointsOf([awaited]).map(({ cut: { step, phase } }) => `${phase} ${awaited.steps[step]}`);
    expect(points).toHaveLength(10);
    expect([points[0], points.at(-1)]).toEqual([`before ${MERGING[0]}`, `after ${MERGING[1]}`]);
  });

  test('the points of the other places are all of their steps, and keep their numbers', () => {
    const before = pointsOf(whole.slice(0, 2));
    expect(before).toHaveLength(2 * (4 + 5));
    expect(pointsOf(whole).slice(0, before.length)).toEqual(before);
  });

  test('a run that never merged has no such part', () => {
    expect(() => cutSteps({ awaitCheckpoint: true }, ['end'])).toThrow('has not merged');
  });
});

describe('earlier sweeps', () => {
  test('results of two places are taken up from disk, and only the points of the third are still to be cut', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'kills-')), 'kills.json');
    writeFileSync(file, JSON.stringify({ name: 'kills', details: ofTwoPlaces }));
    const earlier = earlierSweeps(keptSweeps(file), whole);
    expect(earlier).toMatchObject({ records: ofTwoPlaces.records, entries: 936 });
    const plan = uncutFirst(planOf(whole, {}), cutAsMeant(earlier.records, whole));
    expect(plan).toHaveLength(28);
    const names = plan.map(({ place }) => place.name);
    expect(new Set(names.slice(0, 10))).toEqual(new Set(['production, checkpoint awaited']));
    expect(names.slice(10)).not.toContain('production, checkpoint awaited');
  });

  test('a place whose steps have changed begins anew, the others go on', () => {
    const longer = runOf('staging', [...(STEPS.staging ?? []), 'one more']);
    const { records } = earlierSweeps(ofTwoPlaces, [longer, ...whole.slice(1)]);
    expect(new Set(records.map(({ environment }) => environment))).toEqual(new Set(['production']));
  });

  test('nothing is taken up where every place has changed, or there are no results', () => {
    const others = whole.map(({ target }) => runOf(target.place.name, ['end']));
    expect(earlierSweeps(ofTwoPlaces, others)).toEqual({ records: [], entries: 0, findings: [] });
    expect(keptSweeps('/nowhere/kills.json')).toEqual({ records: [], entries: 0, findings: [], whole: [] });
  });

  test('a run that had waited once more was cut elsewhere: its record stays, and the point is cut again', () => {
    const elsewhere = recordAt('staging', 3, 'before', 'Await merge: calling');
    const meant = cutAsMeant([elsewhere, recordAt('staging', 2, 'after')], whole);
    expect(meant.map(({ step }) => step)).toEqual([2]);
    const [first] = uncutFirst(planOf(whole.slice(0, 1), {}), [
      ...cutAsMeant([elsewhere], whole),
      ...ofTwoPlaces.records.filter(({ step, phase }) => step !== 3 || phase !== 'before'),
    ]);
    expect(first?.cut).toEqual({ step: 3, phase: 'before' });
    const sweep = (record: CutRecord) => ({ records: [record], entries: 1, findings: [] });
    const right = sweep(recordAt('staging', 3, 'before'));
    expect(together(sweep(elsewhere), right).records).toHaveLength(2);
    expect(together(right, right)).toMatchObject({ records: right.records, entries: 2 });
  });

  test('the run to compare with is one as earlier sweeps had it, else the shortest that came to its end', () => {
    const [place] = PLACES;
    if (place === undefined) throw new Error('there is no place');
    const known = runOf('staging');
    const runs = [runOf('staging', ['end']), known, { ...runOf('staging', []), end: 'Aborted' }];
    expect(wholeOf(runs, place, knownSteps(ofTwoPlaces, 'staging'))).toBe(known);
    expect(wholeOf(runs, place, undefined)).toBe(runs[0]);
  });

  test('a run that only waited more is told from one of another flow', () => {
    const known = ['a', 'b', 'c'];
    expect(waitedMore(['a', 'b', 'x', 'b', 'c'], known)).toBe(true);
    expect(waitedMore(known, known)).toBe(false);
    expect(waitedMore(['a', 'c', 'b', 'b'], known)).toBe(false);
    expect(waitedMore(['a', 'b', 'x', 'c'], undefined)).toBe(false);
  });
});
