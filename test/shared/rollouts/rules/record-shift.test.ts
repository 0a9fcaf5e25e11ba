import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordShift, type ShiftInputs } from '../../../../shared/rollouts/rules/record-shift.ts';

const arm = (revision: string, weight: number) => ({ revision, weight });
const split = (weight: number) => [arm('2', weight), arm('1', 1 - weight)];
const UP: ShiftInputs = {
  ...{ back: null, to: 0.5, left: 0.1, canary: '2', baseline: '1', before: split(0.1), after: null },
  ...{ problem: null, killSwitch: false, level: 'governed', waived: [], uncompared: false },
};
const BACK: ShiftInputs = { ...UP, back: 'VERDICT', to: 0 };

describe('more traffic for a canary', () => {
  test.each<[string, Partial<ShiftInputs>, string]>([
    ['is moved from where we left it', {}, 'none'],
    ['has arrived when it is read back', { after: split(0.5) }, 'AtStage'],
    ['that is there already is not moved again', { before: split(0.5) }, 'AtStage'],
    ['that is all of it goes to the bake', { to: 1, after: [arm('2', 1)] }, 'Baking'],
    ['is held by the kill switch', { killSwitch: true }, 'KILL_SWITCH'],
    ['is held by a level that observes', { level: 'shadow' }, 'AUTONOMY'],
    ['is held when somebody else moved it', { before: [arm('9', 1)] }, 'TRAFFIC_MOVED'],
    [
      'is moved all the same once a person said so',
      { before: [arm('9', 1)], waived: ['TRAFFIC_MOVED'] },
      'none',
    ],
    ['is held when it was somebody else’s in the moment', { problem: 'Conflict' }, 'TRAFFIC_MOVED'],
    [
      'is held by a plan that is not the one of its start',
      { otherPlan: 'f', killSwitch: true },
      'PLAN_CHANGED',
    ],
    [
      'is moved by it once a person said so',
      { otherPlan: 'f', waived: ['PLAN_CHANGED'], waivedPlan: 'f' },
      'none',
    ],
    [
      'is moved by it where an earlier release let it pass',
      { otherPlan: 'f', waived: ['PLAN_CHANGED'] },
      'none',
    ],
    [
      'is held by a plan that is not the one that a person let pass',
      { otherPlan: 'f', waived: ['PLAN_CHANGED'], waivedPlan: 'e' },
      'PLAN_CHANGED',
    ],
    ['is held when the platform refuses', { problem: 'PermissionDenied' }, 'TRAFFIC_FAILED'],
    ['is held when something else is read back', { after: split(0.2) }, 'TRAFFIC_MOVED'],
    [
      'that was never shared asks a person',
      { to: 1, left: 0, before: [arm('1', 1)], uncompared: true },
      'UNDECIDED',
    ],
  ])('%s', (_what, change, then) => {
    const outcome = recordShift.decide({ ...UP, ...change });
    expect('reason' in outcome ? outcome.reason : outcome.to).toBe(then);
  });

  test('is made under no switch and at no level that observes, whatever else is so', () => {
    const weight = fc.integer({ min: 0, max: 9 }).map((tenths) => tenths / 10);
    fc.assert(
      fc.property(
        weight,
        weight,
        fc.boolean(),
        fc.constantFrom('observe', 'suggest', 'shadow'),
        (left, now, on, low) => {
          const inputs = {
            ...UP,
            left,
            to: 0.95,
            before: split(now),
            killSwitch: on,
            level: on ? 'auto' : low,
          };
          expect(recordShift.decide(inputs).to).toBe('Held');
        },
      ),
    );
  });
});

describe('less traffic for a canary', () => {
  test.each<[string, Partial<ShiftInputs>, string]>([
    [
      'needs no switch and no level',
      { killSwitch: true, level: 'observe', after: [arm('1', 1)] },
      'RolledBack',
    ],
    ['is tried again while it has any', { after: split(0.1) }, 'none'],
    ['is done when somebody else took it away', { before: [arm('9', 1)] }, 'RolledBack'],
    ['of a person’s is no rollback', { back: 'REJECTED', after: [arm('1', 1)] }, 'Aborted'],
  ])('%s', (_what, change, then) => {
    expect(recordShift.decide({ ...BACK, ...change }).to).toBe(then);
  });
});
