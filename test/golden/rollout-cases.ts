import type { GoldenInputs } from '../support/golden.ts';

type Slower = Readonly<Record<string, number>>;
type Counts = readonly [requests: number, failures: number, slower?: Slower];
const arm = ([requests, failures, slower = {}]: Counts) => ({ requests, failures, slower });
const time = (minute: number) => new Date(Date.UTC(2026, 10, 17, 10, minute)).toISOString();
const minute = (at: number, canary: Counts | null, baseline: Counts | null) => ({
  at: time(at),
  ...(canary !== null && { canary: arm(canary) }),
  ...(baseline !== null && { baseline: arm(baseline) }),
});
const minutes = (count: number, canary: Counts | null, baseline: Counts | null) =>
  Array.from({ length: count }, (_, at) => minute(at, canary, baseline));

/** Settings word for word, as a decision holds them: what fills in a default today is no part of a line. */
const BEFORE = {
  ...{ alpha: 0.01, judgeAlpha: 0.008, killAlpha: 0.002, beta: 0.05, rBad: 1.5, r0: 1, fano: 1, floor: null },
  largeSample: { above: 1_000_000, r0: 1.1 },
  killSwitch: { errorRate: 0.05, slowerThan: null as number | null, slowShare: 0.01 },
  latency: { thresholds: [] as number[], certify: [] as number[] },
};
const BESIDE = { ...BEFORE, killSwitch: { ...BEFORE.killSwitch, besideBaseline: true } };
const LATENCY = { thresholds: [100, 200, 400], certify: [100, 200, 400] };
const WEIGHED = { ...LATENCY, weights: { 100: 1, 200: 1, 400: 2 } };
const SPREAD = { intervals: 3, errors: true, slower: [] as number[] };
const BY_METRIC = { errors: 2, slower: { 100: 1, 200: 1.5, 400: 3 } };

const slow = (requests: number, [p75, p90, p99]: readonly [number, number, number]): Counts => [
  requests,
  Math.round(requests / 200),
  { 100: p75, 200: p90, 400: p99 },
];
const SLOWER = minutes(2, slow(2000, [840, 360, 60]), slow(6000, [1500, 600, 60]));
const ALIKE = minutes(3, slow(20_000, [5000, 2000, 200]), slow(20_000, [5000, 2000, 200]));
const bursts = (count: number, canary: Counts) =>
  Array.from({ length: count }, (_, at) => minute(at, canary, [950, at % 5 === 0 ? 5 : 0]));
const closing = (at: number, closed: boolean) => ({
  ...minute(at, [500, 2], [500, 3]),
  ...{ id: `i${at}`, end: time(at + 1), watermark: time(at + (closed ? 2 : 0)) },
});
const STANDING = { by: 'errors', at: time(1) };

const judged = (name: string, inputs: unknown): GoldenInputs => ({
  ...{ rule: 'judge-rollout', version: 1, name, inputs },
});
const JUDGED: readonly GoldenInputs[] = [
  judged('SAFE', { intervals: minutes(3, [15_000, 75], [15_000, 75]), settings: BEFORE }),
  judged('SAFE, beside the baseline', {
    intervals: minutes(3, [15_000, 75], [15_000, 75]),
    settings: BESIDE,
  }),
  judged('SAFE, three thresholds weighed', { intervals: ALIKE, settings: { ...BESIDE, latency: WEIGHED } }),
  judged('SAFE, one of three thresholds certified', {
    intervals: ALIKE,
    settings: { ...BESIDE, latency: { ...LATENCY, certify: [200] } },
  }),
  judged('UNDECIDED, what SAFE takes is said', {
    intervals: minutes(2, [1800, 10], [1800, 10]),
    settings: BEFORE,
  }),
  judged('ROLLBACK by errors', {
    intervals: [minute(0, [50, 0], [950, 1]), minute(1, [50, 4], [950, 0])],
    settings: BESIDE,
  }),
  judged('ROLLBACK by latency, without weights', {
    intervals: SLOWER,
    settings: { ...BESIDE, latency: LATENCY },
  }),
  judged('ROLLBACK by latency, with weights', {
    intervals: SLOWER,
    settings: { ...BESIDE, latency: WEIGHED },
  }),
  judged('latency with weights, a factor for each metric', {
    intervals: SLOWER,
    settings: { ...BESIDE, latency: WEIGHED, fano: BY_METRIC },
  }),
  judged('one burst, and a factor of 5', {
    intervals: [minute(0, [50, 5], [950, 0])],
    settings: { ...BESIDE, fano: 5 },
  }),
  judged('the factor estimated, seen long enough', {
    intervals: bursts(16, [50, 1]),
    settings: { ...BESIDE, fano: 'estimate', estimateAfter: 15 },
  }),
  judged('the factor estimated, not seen long enough', {
    intervals: bursts(4, [50, 4]),
    settings: { ...BESIDE, fano: 'estimate', estimateAfter: 15 },
  }),
  judged('the factor estimated, as settings of before have it', {
    intervals: bursts(4, [50, 4]),
    settings: { ...BEFORE, fano: 'estimate' },
  }),
  judged('nobody knows whether failures come in bursts: one is no evidence', {
    intervals: [minute(0, [50, 5], [950, 0]), minute(1, [50, 0], [950, 0])],
    settings: { ...BESIDE, spread: SPREAD },
  }),
  judged('nobody knows whether slowness comes in bursts: it came in enough intervals', {
    intervals: [...SLOWER, minute(2, slow(2000, [840, 360, 60]), slow(6000, [1500, 600, 60]))],
    settings: { ...BESIDE, latency: WEIGHED, spread: { ...SPREAD, slower: [100, 200, 400] } },
  }),
  judged('ROLLBACK by the kill switch, no baseline', {
    intervals: minutes(2, [200, 60], null),
    settings: BESIDE,
  }),
  judged('ROLLBACK by the kill switch, a baseline as bad, settings of before', {
    intervals: minutes(2, [200, 60], [1800, 540]),
    settings: BEFORE,
  }),
  judged('no ROLLBACK, a baseline as bad beside it', {
    intervals: minutes(2, [200, 60], [1800, 540]),
    settings: BESIDE,
  }),
  judged('ROLLBACK by the kill switch, slowness', {
    intervals: minutes(2, [300, 0, { 1500: 60 }], null),
    settings: { ...BESIDE, killSwitch: { ...BESIDE.killSwitch, slowerThan: 1500 } },
  }),
  judged('without a kill switch', {
    intervals: minutes(2, [200, 60], null),
    settings: { ...BEFORE, judgeAlpha: 0.01, killAlpha: 0, killSwitch: null },
  }),
  judged('UNDECIDED, no arm measured', { intervals: minutes(2, null, null), settings: BESIDE }),
  judged('UNDECIDED, no canary measured', { intervals: minutes(2, null, [900, 4]), settings: BESIDE }),
  judged('UNDECIDED, no baseline measured', { intervals: minutes(2, [100, 1], null), settings: BESIDE }),
  judged('UNDECIDED, a threshold not counted in one arm', {
    intervals: [minute(0, slow(100, [60, 20, 3]), [900, 4])],
    settings: { ...BESIDE, latency: WEIGHED },
  }),
  judged('a verdict that stays', {
    ...{ intervals: minutes(2, [500, 2], [500, 3]), settings: BESIDE },
    standing: STANDING,
  }),
  judged('a verdict found over more intervals than stand here', {
    ...{ intervals: [], settings: BESIDE },
    found: { by: 'kill-switch', at: time(0) },
  }),
  judged('the kill switch in a minute with a baseline, after one without', {
    intervals: [minute(0, [20, 2], null), minute(1, [200, 120], [200, 2])],
    settings: { ...BESIDE, fano: 'estimate', estimateAfter: 15 },
  }),
  judged('a large sample, and a least difference', {
    intervals: minutes(2, [1_000_000, 560], [1_000_000, 500]),
    settings: { ...BESIDE, floor: 0.0005 },
  }),
  judged('intervals that are open, and one that came twice', {
    intervals: [
      closing(0, true),
      { ...closing(1, true), watermark: time(2), canary: arm([500, 9]) },
      closing(1, true),
      closing(2, false),
    ],
    settings: BESIDE,
  }),
];

const STAGE = { startedAt: time(0), minSeconds: 120, maxSeconds: 600, minRequests: 1000, beforeAll: false };
const LOOK = {
  ...{ state: 'AtStage', held: null, exposed: true, stage: STAGE, settings: BESIDE, standing: null },
  ...{ intervals: minutes(2, [1000, 5], [9000, 45]), intervalSeconds: 60, noDataSeconds: 600 },
  ...{ lastDataAt: time(2), now: time(2), guards: [], waived: [], killSwitch: false, level: 'governed' },
  irreversible: false,
};
const BAD = { intervals: minutes(2, [1000, 60], [9000, 45]) };
const moved = { seenWeight: { left: 0.1, canary: 0.5, others: false } };
const led = (name: string, change: object): GoldenInputs => ({
  ...{ rule: 'advance-rollout', version: 1, name, inputs: { ...LOOK, ...change } },
});
const LED: readonly GoldenInputs[] = [
  led('back', BAD),
  led('freeze', { ...BAD, irreversible: true }),
  led('hold KILL_SWITCH, condemned', { ...BAD, killSwitch: true }),
  led('hold UNDECIDED', { stage: { ...STAGE, beforeAll: true }, now: time(10) }),
  led('hold NO_DATA', { now: time(15), missing: { silent: 'both' } }),
  led('hold TRAFFIC_MOVED', moved),
  led('hold PLAN_CHANGED', { otherPlan: 'b'.repeat(64) }),
  led('resume', { state: 'Held', held: 'NO_DATA' }),
];

const SERVED = [{ at: time(11), canary: arm([10_000, 50]) }];
const BAKE = {
  ...{ intervals: SERVED, before: { requests: 100_000, failures: 500 } },
  settings: { alpha: 0.01, rBad: 1.5, choice: 'page' },
};
const BAD_BAKE = { intervals: [{ at: time(11), canary: arm([10_000, 500]) }] };
const SPLIT = {
  ...{ intervals: BAD.intervals, settings: BESIDE, standing: null },
  ...{ promotedAt: time(10), intervalSeconds: 60, delaySeconds: 120 },
};
const AT_BAKE = { ...BAKE, held: false, wanted: true, irreversible: false, endsAt: time(20), now: time(20) };
const rolling = (rule: string, name: string, inputs: unknown): GoldenInputs => ({
  ...{ rule, version: 1, name, inputs },
});
const choose = (choice: string) => ({ settings: { ...BAKE.settings, choice } });
const BAKED: readonly GoldenInputs[] = [
  rolling('judge-bake', 'QUIET', BAKE),
  rolling('judge-bake', 'DEGRADED', { ...BAKE, ...BAD_BAKE, ...choose('rollback') }),
  rolling('judge-bake', 'UNDECIDED', { ...BAKE, intervals: [] }),
  rolling('advance-bake', 'Promoted', AT_BAKE),
  rolling('advance-bake', 'Held BAKE_DEGRADED', { ...AT_BAKE, ...BAD_BAKE, ...choose('hold') }),
  rolling('advance-bake', 'RollingBack, the service chose so', {
    ...AT_BAKE,
    ...BAD_BAKE,
    ...choose('rollback'),
  }),
  rolling('advance-bake', 'RollingBack, the promotion came first', { ...AT_BAKE, split: SPLIT }),
  rolling('advance-bake', 'Held NO_DATA', { ...AT_BAKE, intervals: [], split: null }),
];

const SLOS = [{ name: 'good', errorRate: 0.001, slowerThan: null, slowShare: null }];
const PLAN = { risk: 'low', preset: null, stages: null, bakeSeconds: 600 };
const TRAFFIC = { requestsPerMinute: 2000, failureRate: 0.005 };
const SLOW_TRAFFIC = { ...TRAFFIC, slower: { 100: 0.25, 200: 0.1, 400: 0.01 } };
const OTHERS: readonly GoldenInputs[] = [
  rolling('raw-guards', 'CLEAR', { intervals: LOOK.intervals, settings: BESIDE }),
  rolling('raw-guards', 'HOLD, an SLO in three intervals', {
    ...{ intervals: minutes(3, [1000, 5], null), settings: BESIDE, slos: SLOS },
  }),
  rolling('raw-guards', 'HOLD, a raw threshold', { ...BAD, settings: { killSwitch: null } }),
  rolling('plan-rollout', 'low, failures alone', { ...PLAN, traffic: TRAFFIC, settings: BEFORE }),
  rolling('plan-rollout', 'high, three thresholds weighed', {
    ...{ ...PLAN, risk: 'high', traffic: SLOW_TRAFFIC, settings: { ...BESIDE, latency: WEIGHED } },
  }),
  rolling('close-unstarted', 'close', { deadlineAt: time(0), now: time(11), graceSeconds: 600 }),
  rolling('close-unstarted', 'wait', { deadlineAt: time(0), now: time(10), graceSeconds: 600 }),
  rolling('plan-rollout', 'traffic not known', { ...PLAN, traffic: null, settings: BESIDE }),
];

export const ROLLOUT_CASES = [...JUDGED, ...LED, ...BAKED, ...OTHERS];
