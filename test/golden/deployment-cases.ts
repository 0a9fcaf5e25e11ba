import type { GoldenInputs } from '../support/golden.ts';

const AT = '2026-11-20T16:30:00.000Z';
const named = (rule: string, name: string, inputs: unknown, version = 1): GoldenInputs => ({
  ...{ rule, version, name, inputs },
});

const CHANGE = {
  ...{ lines: 40, files: 3, migration: false, irreversible: false, config: false, infrastructure: false },
  ...{ hotfix: false, dataClasses: [], checks: 'success', text: 'round the tax of a checkout' },
};
const OUTLINE = { lines: 45, files: 3, migration: false, config: false, hotfix: false };
const past = (id: string, at: string, outcome: string) => ({
  ...{ id, service: 'shop', environment: 'production', at, outcome },
  change: { ...OUTLINE, text: 'round the tax of a basket' },
});
const PAST = [
  past('dep_1', '2026-11-18T10:00:00.000Z', 'succeeded'),
  past('dep_2', '2026-10-20T10:00:00.000Z', 'rolled-back'),
  { ...past('dep_3', '2026-11-19T10:00:00.000Z', 'failed'), service: 'tax' },
];
const FIND = {
  query: { service: 'shop', environment: 'production', change: { ...OUTLINE, text: CHANGE.text } },
  ...{ past: PAST, neighbours: [{ service: 'tax', relation: 'dependency' }], now: AT },
};
const NONE = { failures: '0', successes: '0' };
const SOME = { failures: '2.5', successes: '30' };
const HISTORY = {
  ...{ tier: SOME, service: { failures: '1', successes: '7.25' } },
  classes: { small: SOME, large: NONE, migration: NONE, config: NONE, hotfix: NONE },
};
const RISK = {
  service: { name: 'shop', tier: 3, dependencies: 1, dependents: 1 },
  change: CHANGE,
  similar: { similar: [], successes: 0, failures: 0, confidence: '0' },
  ...{ history: HISTORY, budget: '0.9', at: AT, zone: 'UTC' },
};
const GRAVE = {
  ...{
    ...RISK,
    service: { ...RISK.service, tier: 1, dependents: 12 },
    budget: '-0.2',
    zone: 'Europe/Berlin',
  },
  change: { ...CHANGE, lines: 4000, files: 80, migration: true, irreversible: true, checks: 'failure' },
};
const KNOTS = [
  { score: '0.1', probability: '0.02' },
  { score: '0.6', probability: '0.3' },
];
const WEIGHED: readonly GoldenInputs[] = [
  named('find-similar', 'own and neighbouring records', FIND),
  named('find-similar', 'no record', { ...FIND, past: [] }),
  named('assess-risk', 'a small change', RISK),
  named('assess-risk', 'a grave change', GRAVE),
  named('assess-risk', 'with a calibration, no budget', {
    ...{ ...RISK, budget: null, calibration: { kind: 'isotonic', knots: KNOTS } },
  }),
];

const fact = (path: string) => ({ op: 'fact', path });
const policy = (id: string, effect: string, condition: object) => ({
  ...{ id, effect, condition, severity: 'high', title: `about ${id}` },
});
const value = (given: boolean | number) => ({ op: 'value', value: given });
const FRIDAY = { from: { day: 'Fri', time: '16:00' }, to: { day: 'Sat', time: '00:00' } };
const SET = {
  ...{ rev: 3, digest: 'd'.repeat(64), compliance: { payment: [] } },
  calendars: { 'friday-afternoon': { zone: 'UTC', weekly: [FRIDAY], dates: [] } },
  policies: [
    policy('baseline', 'permit', value(true)),
    policy('freeze-windows', 'block', { op: 'not', of: { op: 'empty', of: fact('freezes') } }),
    policy('migrations', 'require-approval', fact('change.migration')),
    policy('large', 'warn', { op: 'gt', left: fact('change.lines'), right: value(1000) }),
  ],
};
const { text: _text, ...KNOWN } = CHANGE;
const FACTS = {
  ...{ service: 'shop', environment: 'staging', tier: 'low', score: '0.2', band: 'low', change: KNOWN },
  budget: { declared: true, remaining: '0.9', exhausted: false, burning: 'none' },
};
const THURSDAY = { UTC: { date: '2026-11-19', day: 'Thu', time: '16:30:00' } };
const FROZEN = { UTC: { date: '2026-11-20', day: 'Fri', time: '16:30:00' } };
const HELD_TO = { set: SET, facts: FACTS, exceptions: [], clocks: THURSDAY, at: AT };
const MIGRATING = {
  ...{
    ...HELD_TO,
    facts: { ...FACTS, change: { ...KNOWN, lines: 1001, migration: true, irreversible: true } },
  },
};
const { migration: _unknown, ...HALF_KNOWN } = KNOWN;
const EXCEPTION = {
  ...{ kind: 'exception', id: 'exc-1', policies: ['freeze-windows'], owner: 'lee', reason: 'a fix' },
  expiresAt: '2026-12-01T00:00:00.000Z',
};
const HELD: readonly GoldenInputs[] = [
  named('evaluate-policies', 'block, a fact is missing', {
    ...HELD_TO,
    facts: { ...FACTS, change: HALF_KNOWN },
  }),
  named('evaluate-policies', 'allow in a freeze, by an exception', {
    ...{ ...HELD_TO, clocks: FROZEN, exceptions: [EXCEPTION] },
  }),
];

const LOW = { level: 'governed', environment: 'staging', band: 'low', score: '0.2' };
const DECIDE = {
  ...{ policies: HELD_TO, autonomy: LOW, killSwitch: false, condemned: false, retry: false, approval: null },
};
const APPROVED = { approval: { id: 'apr_1', person: 'lee' } };
const DECIDED: readonly GoldenInputs[] = [
  named('decide-deployment', 'Cleared', DECIDE),
  named('decide-deployment', 'Blocked by a freeze that an approval does not lift', {
    ...{ ...DECIDE, ...APPROVED, policies: { ...HELD_TO, clocks: FROZEN } },
  }),
  named('decide-deployment', 'AwaitingApproval, a migration, and a condemned revision tried again', {
    ...{ ...DECIDE, policies: MIGRATING, condemned: true, retry: true },
  }),
];

const LEVEL = { level: 'governed', environment: 'staging', band: 'high', score: '0.6' };
const ALLOWED: readonly GoldenInputs[] = [
  named('allowed-autonomy', 'auto up to a score', LEVEL),
  named('allowed-autonomy', 'approve above it', { ...LEVEL, score: '0.600000000001' }),
  named('allowed-autonomy', 'approve outside staging', { ...LEVEL, environment: 'production', band: 'low' }),
  named('allowed-autonomy', 'suggest at the band critical', { ...LEVEL, level: 'auto', band: 'critical' }),
];

const ANSWER = {
  ...{ state: 'Open', verdict: 'approve', person: 'lee', role: 'approver', loginKnown: true },
  ...{ reason: 'fine', overrides: [], overridable: ['I1', 'I3'], notBy: ['dana'], planHash: 'h' },
  ...{ seenPlanHash: 'h', deadlineAt: '2026-11-20T20:00:00.000Z', now: AT },
};
const ANSWERED: readonly GoldenInputs[] = [
  named('answer-approval', 'counts', ANSWER),
  named('answer-approval', 'FOUR_EYES', { ...ANSWER, person: 'dana' }),
  named('answer-approval', 'PLAN_CHANGED', { ...ANSWER, seenPlanHash: 'other' }),
  named('answer-approval', 'NOT_OVERRIDABLE', { ...ANSWER, overrides: ['I8'] }),
];

export const DEPLOYMENT_CASES = [...WEIGHED, ...HELD, ...DECIDED, ...ALLOWED, ...ANSWERED];
