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

test.each<[string, Place]>([
  ['staging', { environment: 'staging' }],
  ['production', { environment: 'production' }],
  ['production that awaits a checkpoint', { environment: 'production', signing: { every: 10 } }],
])(
  'W10: cut before and after every recorded step, a rollback in %s comes to the same end, nothing done twice or lost',
  async (_name, place) => {
    const whole = await happyPath(place);
    const { events, approvals, effects } = whole;
    expect([whole.attempt?.state.kind, whole.deaths, whole.violations]).toEqual(['RollbackComplete', 0, []]);
    expect(effects.filter((what) => what.startsWith('merge'))).toHaveLength(1);
    expect(approvals.includes('ApprovalUsed')).toBe(place.environment === 'production');
    expect(events.includes('CheckpointAwaited')).toBe(place.signing !== undefined);
    // from the recorded run: both phases of every stored step of the workflow, every decision, every effect at the forge
    expect(new Set(whole.points.map((point) => point.split(' ')[0]))).toEqual(new Set(['before', 'after']));
    for (const [index, where] of whole.points.entries())
      expect(await cutAt(place, index + 1)).toEqual({
        ...{
          end: { kind: 'RollbackComplete' },
          where,
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
