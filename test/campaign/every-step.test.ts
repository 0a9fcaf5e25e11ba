import { expect, test } from 'vitest';
import { happyPath } from './happy-path.ts';

type Place = Parameters<typeof happyPath>[0];

/** How one cut run differs from the run that nobody cut. */
async function cutAt(place: Place, cut: number) {
  const { attempt, points, deaths, events, approvals, effects, violations } = await happyPath(place, {
    cutAt: cut,
  });
  return {
    end: attempt?.state,
    ...{ where: points[cut - 1], deaths, events, approvals, effects, violations },
  };
}

/** From the first point that the other run does not have to the last. */
function ownPoints(points: readonly string[], other: readonly string[]): readonly [from: number, to: number] {
  const from = points.findIndex((point, index) => point !== other[index]);
  const behind = points.toReversed().findIndex((point, index) => point !== other.at(-1 - index));
  return [from, points.length - behind];
}

const PRODUCTION: Place = { environment: 'production' };

test.each<[string, Place, Place?]>([
  ['staging', { environment: 'staging' }],
  ['production', PRODUCTION],
  ['production that awaits a checkpoint', { ...PRODUCTION, signing: { every: 10 } }, PRODUCTION],
])(
  'W10: cut before and after every recorded step, a rollback in %s comes to the same end, nothing done twice or lost',
  async (_name, place, cutAlready) => {
    const whole = await happyPath(place);
    const { points } = whole;
    const [from, to] =
      cutAlready === undefined ? [0, points.length] : ownPoints(points, (await happyPath(cutAlready)).points);
    expect(to - from).toBeGreaterThan(10);
    const { events, approvals, effects } = whole;
    expect([whole.attempt?.state.kind, whole.deaths, whole.violations]).toEqual(['RollbackComplete', 0, []]);
    expect(effects.filter((what) => what.startsWith('merge'))).toHaveLength(1);
    expect(approvals.includes('ApprovalUsed')).toBe(place.environment === 'production');
    expect(events.includes('CheckpointAwaited')).toBe(place.signing !== undefined);
    // from the recorded run: both phases of every stored step of the workflow, every decision, every effect at the forge
    expect(new Set(whole.points.map((point) => point.split(' ')[0]))).toEqual(new Set(['before', 'after']));
    for (let index = from; index < to; index += 1)
      expect(await cutAt(place, index + 1)).toEqual({
        ...{
          end: { kind: 'RollbackComplete' },
          where: points[index],
          deaths: 1,
          events,
          approvals,
          effects,
          violations: [],
        },
      });
  },
  120_000,
);
