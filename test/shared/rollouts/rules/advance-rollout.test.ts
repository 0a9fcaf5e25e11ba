import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HOLD_REASONS } from '../../../../shared/rollouts/contract.ts';
import { type AdvanceInputs, advanceRollout } from '../../../../shared/rollouts/rules/advance-rollout.ts';
import { judgeSettings } from '../../../../shared/rollouts/rules/judge-settings.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 10, minute)).toISOString();
const arm = (requests: number, failures: number) => ({ requests, failures, slower: {} });
const minutes = (count: number, failing: number) =>
  Array.from({ length: count }, (_, minute) => ({
    at: at(minute),
    canary: arm(1000, Math.round(1000 * failing)),
    baseline: arm(9000, 45),
  }));
const settings = judgeSettings({});
const BASE: AdvanceInputs = {
  ...{ state: 'AtStage', held: null, exposed: true, settings, standing: null },
  stage: { startedAt: at(0), minSeconds: 300, maxSeconds: 600, minRequests: 1000, beforeAll: false },
  ...{ intervals: minutes(5, 0.005), intervalSeconds: 60, noDataSeconds: 600, lastDataAt: at(5), now: at(5) },
  ...{ guards: [], waived: [], killSwitch: false, level: 'governed', irreversible: false },
};
const CONDEMNED = { standing: { by: 'errors', at: at(1) } } as const;
const seen = (canary: number, others = false) => ({ seenWeight: { left: 0.5, canary, others } });
const only = (stage: Partial<AdvanceInputs['stage']>) => ({ stage: { ...BASE.stage, ...stage } });

const lacking = (absent: number) => ({ stageGaps: { since: at(0), intervals: 10, absent } });
const LOOKS: readonly (readonly [what: string, change: Partial<AdvanceInputs>, then: string])[] = [
  ['passes a stage with enough time and requests', {}, 'pass null'],
  ['stays while there is too little time', { intervals: minutes(4, 0.005) }, 'stay null'],
  ['stays while there are too few requests', only({ minRequests: 6000 }), 'stay null'],
  [
    'holds at the end of the time with too few',
    { ...only({ minRequests: 6000 }), now: at(10) },
    'hold TOO_FEW_REQUESTS',
  ],
  ['stays before all of the traffic without a certificate', only({ beforeAll: true }), 'stay null'],
  ['holds there at the end of the time', { ...only({ beforeAll: true }), now: at(10) }, 'hold UNDECIDED'],
  [
    'never passes a stage in which nothing was compared',
    { ...only({ minRequests: 0, minSeconds: 0 }), intervals: [] },
    'stay null',
  ],
  [
    'does not count what was served without a baseline',
    { intervals: minutes(5, 0.005).map(({ baseline: _, ...each }) => each) },
    'stay null',
  ],
  [
    'counts an interval that came twice once',
    { ...only({ minRequests: 5001 }), intervals: [...minutes(5, 0.005), ...minutes(5, 0.005)] },
    'stay null',
  ],
  ['holds without data', { now: at(16) }, 'hold NO_DATA'],
  [
    'has no data to miss where nothing is served',
    { now: at(16), exposed: false, intervals: [] },
    'hold TOO_FEW_REQUESTS',
  ],
  ['passes where half of the stage was compared', lacking(5), 'pass null'],
  ['does not pass where more than half was not, an arm being absent', lacking(6), 'stay null'],
  ['holds for it on its own clock', { ...lacking(6), lastDataAt: at(11), now: at(13) }, 'hold NO_DATA'],
  [
    'takes back what fails in the rest',
    { ...lacking(9), lastDataAt: at(11), now: at(13), intervals: minutes(5, 0.08) },
    'back null',
  ],
  [
    'holds on for it while that lasts',
    { ...lacking(6), state: 'Held', held: 'NO_DATA', now: at(13), lastDataAt: at(11) },
    'stay null',
  ],
  [
    'ends that hold when it does not',
    { ...lacking(5), state: 'Held', held: 'NO_DATA', now: at(13), lastDataAt: at(11) },
    'resume null',
  ],
  ['holds under the kill switch', { killSwitch: true }, 'hold KILL_SWITCH'],
  ['holds at a level that observes', { level: 'observe' }, 'hold AUTONOMY'],
  [
    'holds by a plan that is not the one of its start',
    { otherPlan: 'f', killSwitch: true },
    'hold PLAN_CHANGED',
  ],
  [
    'does not hold for it where a person let it pass',
    { otherPlan: 'f', waived: ['PLAN_CHANGED'] },
    'pass null',
  ],
  ['takes back what is condemned by whatever plan', { ...CONDEMNED, otherPlan: 'f' }, 'back null'],
  ['holds for a guard', { guards: ['5 %'] }, 'hold GUARD'],
  ['lets a guard pass that a person let pass', { guards: ['5 %'], waived: ['GUARD'] }, 'pass null'],
  ['goes on when the traffic is as it was left', seen(0.5), 'pass null'],
  ['takes the platform’s floats for what they stand for', seen(0.1 + 0.4 + 1e-12), 'pass null'],
  ['holds when somebody else gave the canary more', seen(0.7), 'hold TRAFFIC_MOVED'],
  ['holds when somebody else took the canary’s share', seen(0), 'hold TRAFFIC_MOVED'],
  ['holds when another version is beside it', seen(0.5, true), 'hold TRAFFIC_MOVED'],
  [
    'lets a moved split pass that a person let pass',
    { ...seen(0.7), waived: ['TRAFFIC_MOVED'] },
    'pass null',
  ],
  ['asks for a moved split, not for the data it costs', { ...seen(0), now: at(16) }, 'hold TRAFFIC_MOVED'],
  ['takes back what fails, whoever moved it', { ...seen(0.7), intervals: minutes(5, 0.08) }, 'back null'],
  [
    'asks anew where a hold would have ended by itself',
    { ...seen(0.7), state: 'Held', held: 'NO_DATA' },
    'hold TRAFFIC_MOVED',
  ],
  [
    'asks once for a moved split, and does not end the hold by itself',
    { ...seen(0.7), state: 'Held', held: 'TRAFFIC_MOVED' },
    'stay null',
  ],
  ['leaves a pause as it is when the split is moved', { ...seen(0.7), state: 'Paused' }, 'stay null'],
  ['takes back what fails', { intervals: minutes(5, 0.08) }, 'back null'],
  ['takes it back while it is paused', { intervals: minutes(5, 0.08), state: 'Paused' }, 'back null'],
  [
    'takes it back while it is held',
    { intervals: minutes(5, 0.08), state: 'Held', held: 'GUARD' },
    'back null',
  ],
  ['takes back what was condemned, whatever is measured now', CONDEMNED, 'back null'],
  ['freezes what cannot be undone', { ...CONDEMNED, irreversible: true }, 'freeze IRREVERSIBLE'],
  ['freezes it once', { ...CONDEMNED, irreversible: true, state: 'Held', held: 'IRREVERSIBLE' }, 'stay null'],
  ['holds a verdict under the kill switch', { ...CONDEMNED, killSwitch: true }, 'hold KILL_SWITCH'],
  ['in a pause does nothing but judge', { state: 'Paused', killSwitch: true }, 'stay null'],
  ['ends a hold for data when it is back', { state: 'Held', held: 'NO_DATA' }, 'resume null'],
  ['does not end a hold for a guard', { state: 'Held', held: 'GUARD' }, 'stay null'],
  ['does not end a hold that is undecided', { state: 'Held', held: 'UNDECIDED' }, 'stay null'],
];

describe('a look of the judge', () => {
  test.each(LOOKS)('%s', (_what, change, then) => {
    const { move, reason } = advanceRollout.decide({ ...BASE, ...change });
    expect(`${move} ${reason}`).toBe(then);
  });

  test('leads nowhere up after a verdict, whatever else is so', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('AtStage' as const, 'Held' as const, 'Paused' as const),
        fc.constantFrom(...HOLD_REASONS),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 0, max: 20 }),
        (state, reason, killSwitch, irreversible, count) => {
          const held = state === 'Held' ? reason : null;
          const intervals = minutes(count, 0);
          const { move, judge } = advanceRollout.decide({
            ...{ ...BASE, ...CONDEMNED, state, held, killSwitch, irreversible, intervals },
          });
          expect(judge.verdict).toBe('ROLLBACK');
          expect(['back', 'freeze', 'hold', 'stay']).toContain(move);
          if (!killSwitch && !irreversible) expect(move).toBe('back');
        },
      ),
    );
  });
});
