import { afterEach, describe, expect, test } from 'vitest';
import { fitPastScores } from '../../../shared/deployments/fit-past-scores.ts';
import { explainDeployment } from '../../../shared/deployments/index.ts';
import type { PastDeployment } from '../../../shared/deployments/rules/facts.ts';
import type { HeadQuery } from '../../../shared/kernel/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';
import { type Past, storeOfPast } from '../../support/past-heads.ts';

let run: DeploymentRun | undefined;
afterEach(async () => {
  await run?.close();
  run = undefined;
});

const AGO = Date.parse('2026-11-01T00:00:00.000Z');
/** Every fourth failed, and every one had this score. */
const fourths = (count: number): readonly Past[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ id: `dep_past${index}`, at: new Date(AGO + index * 60_000).toISOString(), score: '0.3' },
    ...{ environment: 'staging', state: { kind: index % 4 === 0 ? 'RolledBack' : 'Completed' } as const },
  }));

/** A deployment that finds this past of its service. */
async function weighed(past: readonly Past[]) {
  run = await deploymentRun();
  const { heads } = run.store;
  const older = await storeOfPast(past);
  Object.assign(run.store, {
    heads: (query: HeadQuery) => (query.service === 'shop' ? older : { heads }).heads(query),
  });
  run.publish();
  const id = await run.request();
  const steps = await run.store.decisions({ kind: 'deployment', id });
  const weighing = steps.find(({ decision }) => decision?.rule.name === 'weigh-deployment')?.decision;
  return { ...weighing, steps: (await explainDeployment(run.store, id)).steps };
}

describe('a deployment after thirty outcomes with scores', () => {
  test('says what such a score has meant so far, and replays to the same', async () => {
    const { inputs, outcome, steps } = await weighed(fourths(32));
    // All scores alike are one knot: 8 of 32, drawn towards the same rate.
    expect(outcome).toMatchObject({ risk: { calibrated: '0.25' } });
    const reasons = steps.flatMap((step) => step.reasons);
    expect(reasons).toContainEqual({
      code: 'CALIBRATED',
      text: 'of changes with such a score 25.0 % have failed so far',
    });
    expect(inputs).toMatchObject({
      risk: { calibration: { kind: 'isotonic', knots: [{ score: '0.3', probability: '0.25' }] } },
    });
  });

  test('after fewer it says nothing of it', async () => {
    const { outcome, steps } = await weighed(fourths(29));
    expect(outcome).not.toHaveProperty('risk.calibrated');
    expect(steps.flatMap((step) => step.reasons).map(({ code }) => code)).not.toContain('CALIBRATED');
  });
});

const past = (score: string | undefined, failed: boolean): PastDeployment => ({
  ...{ id: 'dep_1', service: 'shop', environment: 'staging', at: '2026-11-01T00:00:00.000Z' },
  change: { lines: 1, files: 1, migration: false, config: false, hotfix: false, text: '' },
  outcome: failed ? 'failed' : 'succeeded',
  ...(score !== undefined && { score }),
});

describe('the map of the past', () => {
  test('is none where all ended alike, or too few had a score', () => {
    expect(fitPastScores(Array.from({ length: 50 }, () => past('0.3', false)))).toBeUndefined();
    expect(fitPastScores(Array.from({ length: 50 }, () => past('0.3', true)))).toBeUndefined();
    const unscored = Array.from({ length: 50 }, (_, index) =>
      past(index < 29 ? '0.3' : undefined, index % 3 === 0),
    );
    expect(fitPastScores(unscored)).toBeUndefined();
  });

  test('is small enough to be recorded, keeps its ends, and never falls', () => {
    const steps = Array.from({ length: 80 }, (_, step) =>
      Array.from({ length: 100 }, (__, index) => past(String(step / 100), index < step)),
    ).flat();
    const knots = fitPastScores(steps)?.knots ?? [];
    expect(knots).toHaveLength(40);
    expect([knots[0]?.score, knots.at(-1)?.score]).toEqual(['0', '0.79']);
    const rates = knots.map(({ probability }) => Number(probability));
    expect(rates).toEqual(rates.toSorted((one, other) => one - other));
  });
});
