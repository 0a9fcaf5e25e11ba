import type { GoldenInputs } from '../support/golden.ts';

const time = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 10, 0, seconds)).toISOString();
const reading = (seconds: number, health: string) => ({
  ...{ health, sync: 'Synced', revision: 'old', desired: 3 },
  ...{ available: health === 'Degraded' ? 1 : 3, observedAt: time(seconds) },
});
const readings = (...healths: readonly string[]) => healths.map((health, at) => reading(at * 10, health));
const DEGRADED = readings('Degraded', 'Degraded', 'Degraded');
const HEALTHY = readings(...Array.from({ length: 8 }, () => 'Healthy'));
const named = (rule: string, version: number, name: string, inputs: unknown): GoldenInputs => ({
  ...{ rule, version, name, inputs },
});

/** As the first release read a merge's facts: no approvals, no queue of our own. */
const FIRST = {
  ...{ environment: 'staging', mode: 'auto', reading: reading(20, 'Degraded'), readings: DEGRADED },
  ...{ candidate: { revision: 'good', uptime: '0.998' }, ci: { state: 'success' }, now: time(25) },
  conflicts: { sameTarget: [7], sameFile: [] },
  pullRequest: {
    ...{ number: 7, state: 'open', headSha: 'a', expectedHeadSha: 'a' },
    changedFiles: ['apps/shop/staging.yaml'],
  },
  protection: { requiredApprovals: 0, mergeQueue: false, missingChecks: [] },
  limits: {
    ...{ checks: 3, spanSeconds: 20, gapSeconds: 15, freshSeconds: 15 },
    ...{ stableUptime: '0.99', maxFiles: 10 },
  },
};
/** With people: their reviews at the forge, and an approval that may override. */
const SECOND = { ...FIRST, protection: { ...FIRST.protection, approvals: 0 }, approval: null };
const APPROVAL = { id: 'apr_1', person: 'lee', overrides: ['I3'], headSha: 'a' };
const FULL = { ...reading(20, 'Degraded'), available: 3 };
const MOVED = { pullRequest: { ...FIRST.pullRequest, headSha: 'b' } };

const CHECKED: readonly GoldenInputs[] = [
  named('check-invariants', 1, 'merge', FIRST),
  named('check-invariants', 1, 'review, nothing can be read', {
    ...{ ...FIRST, environment: 'production', reading: null, ci: null, conflicts: null, protection: null },
    candidate: { revision: 'good' },
  }),
  named('check-invariants', 1, 'review, the branch has a queue', {
    ...{ ...FIRST, protection: { ...FIRST.protection, mergeQueue: true } },
  }),
  named('check-invariants', 2, 'merge', SECOND),
  named('check-invariants', 2, 'merge, approved and overridden', {
    ...{ ...SECOND, environment: 'production', mode: 'approve', reading: FULL, approval: APPROVAL },
  }),
  named('check-invariants', 2, 'ask, also where the head has moved', {
    ...SECOND,
    ...MOVED,
    mode: 'approve',
  }),
  named('check-invariants', 2, 'review, a check failed', { ...SECOND, ci: { state: 'failure' } }),
  named('check-invariants', 3, 'review in mode approve, since the head has moved', {
    ...{ ...SECOND, ...MOVED, mode: 'approve' },
    protection: { ...SECOND.protection, alsoRequires: ['signed commits'] },
  }),
  named('merge-rollback', 1, 'merged', { evaluation: FIRST, result: { kind: 'merged', sha: 'c' } }),
  named('merge-rollback', 1, 'review', { evaluation: FIRST, result: { kind: 'head-moved' } }),
  named('merge-rollback', 2, 'queued', { evaluation: SECOND, result: { kind: 'queued' } }),
  named('merge-rollback', 2, 'security, approved', {
    evaluation: { ...SECOND, approval: APPROVAL },
    result: { kind: 'denied' },
  }),
];

const CONFIRM = {
  ...{ readings: DEGRADED, now: time(20), deadlineAt: time(240) },
  limits: { checks: 3, spanSeconds: 20, gapSeconds: 15, healthySeconds: 60 },
};
const EXPIRE = { mode: 'auto', usableReadings: 1, synced: false, deadlineAt: time(60), now: time(60) };
const OVERTAKE = {
  ...{ state: 'AwaitingMerge', afterMerge: false, killSwitchOn: false, pullRequest: { state: 'open' } },
  ...{ readings: HEALTHY, target: 'good', createdAt: time(0), now: time(70) },
  limits: { gapSeconds: 15, healthySeconds: 60, staleSeconds: 86_400 },
};
const WAITED: readonly GoldenInputs[] = [
  named('confirm-degradation', 1, 'confirmed', CONFIRM),
  named('confirm-degradation', 1, 'restored', { ...CONFIRM, readings: HEALTHY, now: time(70) }),
  named('confirm-degradation', 1, 'not-confirmed', {
    ...CONFIRM,
    readings: readings('Degraded'),
    now: time(240),
  }),
  named('confirm-degradation', 1, 'readings-missing', { ...CONFIRM, readings: [], now: time(240) }),
  named('confirm-degradation', 2, 'confirmed', CONFIRM),
  named('expire-rollback', 1, 'NO_READING', { ...EXPIRE, state: 'DegradationDetected', usableReadings: 0 }),
  named('expire-rollback', 1, 'never confirmed', { ...EXPIRE, state: 'DegradationDetected' }),
  named('expire-rollback', 1, 'NOT_SYNCED', { ...EXPIRE, state: 'RollbackMerged' }),
  named('expire-rollback', 1, 'none', { ...EXPIRE, state: 'AwaitingMerge', now: time(59) }),
  named('overtake-rollback', 1, 'HealthRestored', OVERTAKE),
  named('overtake-rollback', 1, 'PullRequestMergedByHuman', {
    ...OVERTAKE,
    pullRequest: { state: 'merged', mergeSha: 'c' },
  }),
  named('overtake-rollback', 1, 'KillSwitchOn', { ...OVERTAKE, killSwitchOn: true }),
  named('overtake-rollback', 1, 'none after the merge, another revision is healthy', {
    ...{ ...OVERTAKE, state: 'AwaitingHumanReview', afterMerge: true },
  }),
];

const commit = (revision: string, more: object = {}) => ({
  ...{ revision, message: revision, committedAt: time(-86_400), ci: 'success', uptime: '0.998', samples: 9 },
  ...more,
});
const SEARCH = {
  ...{ current: 'broken', search: { ended: 'found', examined: 4 }, now: time(0) },
  limits: { stableUptime: '0.99', days: 30, commits: 50 },
};
const { uptime: _none, ...UNMEASURED } = commit('unmeasured');
const SEARCHED: readonly GoldenInputs[] = [
  named('choose-candidate', 1, 'the fourth', {
    ...SEARCH,
    evidence: [
      commit('red', { ci: 'failure' }),
      commit('dropping', { uptime: '0.95' }),
      commit('bad', { condemnedBy: 'rol_1' }),
      commit('good'),
    ],
  }),
  named('choose-candidate', 1, 'one that nobody measured', { ...SEARCH, evidence: [UNMEASURED] }),
  named('choose-candidate', 1, 'none', { ...SEARCH, evidence: [commit('old', { committedAt: time(-9e6) })] }),
];

export const ROLLBACK_CASES = [...CHECKED, ...WAITED, ...SEARCHED];
