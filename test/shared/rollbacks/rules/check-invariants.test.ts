import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type CheckInvariantsInputs,
  checkInvariants,
} from '../../../../shared/rollbacks/rules/check-invariants.ts';
import { mergeRollback } from '../../../../shared/rollbacks/rules/merge-rollback.ts';
import { at, series } from './readings.ts';

const SOUND: CheckInvariantsInputs = {
  environment: 'staging',
  mode: 'auto',
  reading: { health: 'Degraded', sync: 'Synced', desired: 3, available: 1, observedAt: at(30) },
  readings: series('bbb'),
  candidate: { revision: 'good', uptime: '0.998' },
  ci: { state: 'success' },
  pullRequest: { number: 7, state: 'open', headSha: 'h', expectedHeadSha: 'h', changedFiles: ['a.yaml'] },
  conflicts: { sameTarget: [7], sameFile: [] },
  protection: { requiredApprovals: 0, approvals: 0, mergeQueue: false, missingChecks: [], alsoRequires: [] },
  approval: null,
  now: at(30),
  limits: {
    ...{ checks: 3, spanSeconds: 20, gapSeconds: 15, freshSeconds: 15 },
    ...{ stableUptime: '0.99', maxFiles: 10 },
  },
};
type Change = Partial<CheckInvariantsInputs>;
const reading = (part: object): Change => ({ reading: { ...SOUND.reading, ...part } as never });
const pullRequest = (part: object): Change => ({ pullRequest: { ...SOUND.pullRequest, ...part } as never });
const protection = (part: object): Change => ({ protection: { ...SOUND.protection, ...part } as never });

test('all eight that pass on a fresh reading in mode auto are a merge', () => {
  const { verdict, results } = checkInvariants.decide(SOUND);
  expect(verdict).toBe('merge');
  expect(results.map(({ id, result }) => `${id} ${result}`).join(', ')).toBe(
    'I1 pass, I2 pass, I3 pass, I4 pass, I5 pass, I6 pass, I7 pass, I8 pass',
  );
});

/** What breaks one invariant alone, and where it leads. */
const BROKEN: readonly (readonly [string, Change, 'review' | 'wait', string])[] = [
  ['I1', { environment: 'production' }, 'review', 'production'],
  ['I1', { environment: '' }, 'review', 'no label'],
  ['I2', reading({ health: 'Healthy' }), 'wait', 'Healthy'],
  ['I2', reading({ health: 'Progressing' }), 'wait', 'Progressing'],
  ['I3', reading({ available: 3 }), 'review', 'Degraded with full replicas'],
  ['I4', { readings: series('bbgb') }, 'wait', 'a good reading between'],
  ['I4', { readings: [] }, 'wait', 'no reading stored'],
  [
    'I4',
    { readings: series('bbb'), now: at(36), ...reading({ observedAt: at(36) }) },
    'wait',
    'old readings',
  ],
  ['I5', { candidate: { revision: 'good' } }, 'review', 'no uptime'],
  ['I5', { candidate: { revision: 'good', uptime: '0.9899' } }, 'review', 'uptime below 99 %'],
  ['I6', { ci: { state: 'failure' } }, 'review', 'a red check'],
  ['I6', { ci: { state: 'pending' } }, 'wait', 'a running check'],
  ['I6', { ci: { state: 'none' } }, 'wait', 'zero checks'],
  ['I7', { conflicts: { sameTarget: [7, 9], sameFile: [] } }, 'review', 'a second one'],
  ['I7', { conflicts: { sameTarget: [7], sameFile: [3] } }, 'review', 'another on the same file'],
  ['I7', { conflicts: { sameTarget: [], sameFile: [] } }, 'wait', 'this one is not listed'],
  ['I7', pullRequest({ state: 'closed' }), 'wait', 'this one is closed'],
  ['I8', pullRequest({ headSha: 'moved' }), 'review', 'the head moved'],
  ['I8', pullRequest({ changedFiles: [] }), 'review', 'no file changed'],
  ['I8', pullRequest({ changedFiles: Array.from({ length: 11 }, String) }), 'review', 'eleven files'],
  ['I8', protection({ requiredApprovals: 2, approvals: 1 }), 'review', 'a review is missing'],
  ['I8', protection({ missingChecks: ['build'] }), 'review', 'a required check is missing'],
];

test.each(BROKEN)('%s alone (%o) stops the merge: %s, %s', (id, change, expected) => {
  const { verdict, results } = checkInvariants.decide({ ...SOUND, ...change });
  expect(verdict).toBe(expected);
  expect(results.filter(({ result }) => result !== 'pass').map((each) => each.id)).toContain(id);
});

test.each(['reading', 'ci', 'pullRequest', 'conflicts', 'protection'] as const)(
  'an unreadable %s never passes',
  (field) => {
    expect(checkInvariants.decide({ ...SOUND, [field]: null }).verdict).toBe('wait');
  },
);

test('a reading older than 15 s merges nothing', () => {
  expect(checkInvariants.decide({ ...SOUND, ...reading({ observedAt: at(14.9) }) }).verdict).toBe('wait');
});

const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const anyReading = fc.record({
  health: fc.constantFrom('Degraded', 'Healthy', 'Unknown'),
  sync: fc.constant('Synced'),
  desired: fc.constantFrom(undefined, 0, 3),
  available: fc.constantFrom(undefined, 0, 1, 3),
  observedAt: fc.constantFrom(at(0), at(16), at(30), 'never'),
});
const anyInputs: fc.Arbitrary<CheckInvariantsInputs> = fc.record({
  environment: fc.constantFrom('staging', 'production', ''),
  mode: fc.constantFrom('observe', 'suggest', 'approve', 'auto'),
  reading: orNull(anyReading),
  readings: fc.constantFrom(series('bbb'), series('bbbb'), series('bgb'), []),
  candidate: fc.record({
    revision: fc.constant('r'),
    uptime: fc.constantFrom(undefined, '0.5', '0.99', '1'),
  }),
  ci: orNull(fc.record({ state: fc.constantFrom('success', 'failure', 'pending', 'none') })),
  pullRequest: orNull(
    fc.record({
      number: fc.constant(7),
      state: fc.constantFrom('open', 'closed', 'merged'),
      headSha: fc.constantFrom('h', 'x'),
      expectedHeadSha: fc.constant('h'),
      changedFiles: fc.constantFrom([], ['a.yaml']),
    }),
  ),
  conflicts: orNull(
    fc.record({ sameTarget: fc.constantFrom([], [7], [7, 8]), sameFile: fc.constantFrom([], [9]) }),
  ),
  protection: orNull(
    fc.record({
      requiredApprovals: fc.constantFrom(0, 1),
      approvals: fc.constantFrom(0, 1),
      mergeQueue: fc.boolean(),
      missingChecks: fc.constantFrom([], ['build']),
      alsoRequires: fc.constantFrom([], ['signed commits']),
    }),
  ),
  approval: orNull(
    fc.record({
      id: fc.constant('apr'),
      person: fc.constant('ada'),
      overrides: fc.subarray(['I1', 'I2', 'I3', 'I5', 'I6', 'I8']),
      headSha: fc.constantFrom('h', 'x'),
    }),
  ),
  now: fc.constant(at(30)),
  limits: fc.constant(SOUND.limits),
});

/** SOUND with some of its parts replaced at random, so that merges really occur. */
const nearSound = fc
  .tuple(anyInputs, fc.subarray(Object.keys(SOUND) as (keyof CheckInvariantsInputs)[], { maxLength: 2 }))
  .map(
    ([other, names]): CheckInvariantsInputs => ({
      ...SOUND,
      ...Object.fromEntries(names.map((name) => [name, other[name]])),
    }),
  );

/** What may stand in a merge beside a pass: only what the approval overrides, and never a measured uptime. */
function mayOverride({ approval, candidate }: CheckInvariantsInputs): readonly string[] {
  if (approval === null) return [];
  const named = (id: string) => approval.overrides.includes(id);
  return [
    'I1',
    ...(named('I3') ? ['I3'] : []),
    ...(named('I5') && candidate.uptime === undefined ? ['I5'] : []),
  ];
}

test('a merge implies staging in mode auto or an approval, and a pass of all that it does not override', () => {
  const merges = { alone: 0, approved: 0 };
  fc.assert(
    fc.property(fc.oneof(anyInputs, nearSound), (inputs) => {
      const { verdict, results, failed } = checkInvariants.decide(inputs);
      if (verdict !== 'merge') return;
      merges[inputs.approval === null ? 'alone' : 'approved'] += 1;
      expect(failed).toEqual([]);
      if (inputs.approval === null) expect([inputs.mode, inputs.environment]).toEqual(['auto', 'staging']);
      expect(['auto', 'approve']).toContain(inputs.mode);
      const notPassed = results.filter(({ result }) => result !== 'pass');
      expect(
        notPassed.every(({ id, result }) => result === 'overridden' && mayOverride(inputs).includes(id)),
      ).toBe(true);
      expect(inputs.reading?.health).toBe('Degraded');
      expect(Date.parse(inputs.reading?.observedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(at(15)));
      expect(inputs.pullRequest?.headSha).toBe(inputs.pullRequest?.expectedHeadSha);
      expect(inputs.approval?.headSha ?? 'h').toBe(inputs.pullRequest?.headSha);
      expect(inputs.ci?.state).toBe('success');
    }),
    { numRuns: 4000 },
  );
  expect(Math.min(merges.alone, merges.approved)).toBeGreaterThan(0);
});

test('observe and suggest never merge, nor hand over: a person has the pull request already', () => {
  fc.assert(
    fc.property(anyInputs, (inputs) => {
      fc.pre(inputs.mode === 'observe' || inputs.mode === 'suggest');
      expect(checkInvariants.decide(inputs).verdict).toBe('wait');
    }),
  );
});

const PRODUCTION: Change = { environment: 'production', mode: 'approve' };
const given = (...overrides: string[]): Change => ({
  approval: { id: 'apr', person: 'ada', overrides, headSha: 'h' },
});

test.each([
  ['without an approval a person is asked', {}, 'ask'],
  ['however broken it is, a person is asked first', { ci: { state: 'failure' } }, 'ask'],
  ['with one it is merged', given(), 'merge'],
  ['a failed check spends it', { ...given('I6'), ci: { state: 'failure' } }, 'review'],
  ['full replicas spend it', { ...given(), ...reading({ available: 3 }) }, 'review'],
  ['unless it names them', { ...given('I3'), ...reading({ available: 3 }) }, 'merge'],
  ['an unmeasured uptime spends it', { ...given(), candidate: { revision: 'r' } }, 'review'],
  ['unless it names it', { ...given('I5'), candidate: { revision: 'r' } }, 'merge'],
  [
    'a measured uptime below 99 % cannot be overridden',
    { ...given('I5'), candidate: { revision: 'r', uptime: '0.98' } },
    'review',
  ],
  [
    'a head that moved spends it',
    { approval: { id: 'a', person: 'b', overrides: [], headSha: 'old' } },
    'review',
  ],
  ['health that is not Degraded waits', { ...given(), ...reading({ health: 'Progressing' }) }, 'wait'],
  [
    'a review that the branch still wants waits',
    { ...given(), ...protection({ requiredApprovals: 1 }) },
    'wait',
  ],
] as const)('in mode approve %s', (_what, change, expected) => {
  expect(checkInvariants.decide({ ...SOUND, ...PRODUCTION, ...(change as Change) }).verdict).toBe(expected);
});

test.each([
  [{ kind: 'merged', sha: 's' }, 'merged'],
  [{ kind: 'queued' }, 'queued'],
  [{ kind: 'head-moved' }, 'review'],
  [{ kind: 'refused', message: 'no' }, 'review'],
  [{ kind: 'denied' }, 'security'],
] as const)('the forge is the judge of the merge: %o is %s', (result, verdict) => {
  const outcome = mergeRollback.decide({ evaluation: SOUND, result });
  expect(outcome.verdict).toBe(verdict);
  expect(outcome.invariants).toHaveLength(8);
});
