import type { CiState } from '../../shared/ports/index.ts';
import type { Timings } from '../../shared/rollbacks/index.ts';
import type { AutonomyLevel } from '../../shared/services/index.ts';
import { type Chance, chanceOf } from './chance.ts';
import { otherTargetsOf } from './other-targets.ts';

/** What may go wrong at a call of a port. */
export const FAULT_KINDS = [
  'delay',
  'unavailable',
  'throttled',
  'malformed',
  'denied',
  'lost-answer',
  'repeated',
  'conflict',
  'crash-before',
  'crash-after',
  'kill-before',
  'kill-after',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What people and the world do of themselves. */
const ACTS = [
  ...[
    'heal',
    'degrade',
    'merge',
    'close',
    'approve',
    'approve-naming',
    'approve-as-viewer',
    'reject',
    'abort',
    'manual',
  ],
  ...['kill-switch-on', 'kill-switch-off', 'checks-green', 'checks-red', 'checks-pending', 'ask', 'reset'],
  ...['lower', 'raise', 'queue-merges', 'queue-throws-out', 'stray-wake', 'forge-event', 'comment'],
] as const;
export type Act = string;

/** Merges await a checkpoint: one is signed every so many seconds, but for a while in which none is. */
export type Signing = { readonly every: number; readonly pause?: Omit<Outage, 'port'> };
export type Outage = { readonly port: string; readonly from: number; readonly to: number };
/** One delivery of an alert, seconds after what it tells of began. */
export type AlertDelivery = {
  readonly after: number;
  readonly what: 'firing' | 'in another group' | 'resolved';
};
export type Plan = {
  readonly seed: number;
  readonly environment: string;
  readonly level: AutonomyLevel;
  readonly services: readonly string[];
  readonly firstChecks: CiState;
  readonly mergeQueue: boolean;
  /** What was measured of the revision before the broken one; undefined: nothing. */
  readonly uptime: number | undefined;
  readonly syncSeconds: number;
  readonly timings: Partial<Timings>;
  /** Seconds after the start: from then on nothing fails any more, and nobody does anything. */
  readonly quietFrom: number;
  /** Probability at each call of a port. */
  readonly rates: Readonly<Record<FaultKind, number>>;
  /** A port that does not answer for a while; seconds after the start. */
  readonly outages: readonly Outage[];
  /** Probability that the interpreter is killed at one of its stored steps, or a task or sweep runs twice. */
  readonly steps: { readonly kill: number; readonly twice: number };
  readonly acts: readonly { readonly at: number; readonly service: string; readonly act: Act }[];
  /** How the ledger signs, where a merge awaits that; undefined: nothing is awaited. */
  readonly signing?: Signing;
  /** What a sender of alerts says of each degradation, repeated and out of order; undefined: nobody does. */
  readonly alerts?: readonly AlertDelivery[];
};

/** Where and how rollbacks run: what is added here is in the campaign. */
const PLACES: readonly [readonly [string, AutonomyLevel], ...(readonly [string, AutonomyLevel])[]] = [
  ['staging', 'auto'],
  ['staging', 'auto'],
  ['staging', 'approve'],
  ['staging', 'suggest'],
  ['staging', 'observe'],
  ['production', 'auto'],
  ['production', 'approve'],
  ['production', 'suggest'],
];

/** Everything that a run does and suffers, from its seed alone. */
export function planOf(seed: number): Plan {
  const chance = chanceOf(seed, 'plan');
  const [environment, level] = chance.pick(PLACES);
  const services = chance.happens(0.2) ? ['shop', 'cart'] : ['shop'];
  const quietFrom = chance.between(600, 2400);
  const plan: Plan = {
    ...{ seed, environment, level, services, quietFrom },
    firstChecks: chance.pick(['success', 'success', 'pending', 'failure', 'none']),
    mergeQueue: chance.happens(0.15),
    uptime: chance.pick([0.998, 0.998, 0.998, 0.95, undefined]),
    syncSeconds: chance.pick([5, 5, 40, 900]),
    timings: { humanMergeWait: 900, reviewWait: 900, approvalPage: 300, recoveryDeadline: 300 },
    rates: ratesOf(chance),
    outages: outagesOf(chance, quietFrom),
    steps: chance.pick([
      { kill: 0, twice: 0 },
      { kill: 0.005, twice: 0.05 },
      { kill: 0.03, twice: 0.3 },
    ]),
    acts: actsOf(chance, environment, level, services, quietFrom),
  };
  // last: whatever was drawn before it stays what it was, and so do the seeds that are named
  const awaited = environment === 'staging' ? {} : awaitedOf(chance, plan);
  const all = { ...plan, ...awaited, ...toldOf(chance) };
  return { ...all, acts: [...all.acts, ...otherTargetsOf(all)].toSorted((a, b) => a.at - b.at) };
}

/** A run in which nothing fails but what the caller makes fail: degraded, green, and rolled back. */
export function calmPlan(environment: string, signing?: Signing): Plan {
  const { signing: _signing, alerts: _alerts, ...drawn } = planOf(1);
  return {
    ...drawn,
    ...(signing !== undefined && { signing }),
    ...{ environment, level: 'auto', services: ['shop'], firstChecks: 'success', mergeQueue: false },
    ...{ uptime: 0.998, syncSeconds: 5, quietFrom: 0, outages: [], steps: { kill: 0, twice: 0 } },
    rates: { ...ratesOf(chanceOf(1, 'calm')), ...Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) },
    acts: [],
  };
}

/** Some kinds in each run, none of them at the same rate; what ends everything at once is rare. */
function ratesOf(chance: Chance): Plan['rates'] {
  const whole = chance.pick([0, 0.003, 0.01, 0.03, 0.06]);
  const rare: Partial<Record<FaultKind, number>> = {
    denied: 0.08,
    'crash-before': 0.15,
    'crash-after': 0.15,
    'kill-before': 0.03,
    'kill-after': 0.03,
  };
  const rates = FAULT_KINDS.map((kind) => [
    kind,
    chance.happens(0.6) ? whole * chance.next() * (rare[kind] ?? 1) : 0,
  ]);
  return Object.fromEntries(rates);
}

/**
 * In a part of the runs a merge awaits a checkpoint, which may not be signed for a while, or not be read. They are led
 * to that merge more often than others: checks are green, and people answer early.
 */
function awaitedOf(chance: Chance, { outages, quietFrom, services, acts }: Plan): Partial<Plan> {
  const within = (): Omit<Outage, 'port'> => {
    const from = chance.between(60, 600);
    return { from, to: Math.min(quietFrom, from + chance.between(60, 900)) };
  };
  const every = chance.pick([10, 10, 40, 100]);
  const [pause, unread] = [within(), within()];
  const paused = chance.happens(0.4);
  if (chance.happens(0.6)) return {};
  const answers = services.flatMap((service) => [
    { at: chance.between(90, 300), service, act: 'approve' },
    { at: chance.between(200, 600), service, act: 'approve' },
  ]);
  return {
    signing: { every, ...(paused && { pause }) },
    outages: [...outages, ...(chance.happens(0.3) ? [{ port: 'coverage', ...unread }] : [])],
    ...{ firstChecks: 'success', uptime: 0.998 },
    acts: [...acts, ...answers].toSorted((a, b) => a.at - b.at),
  };
}

/** In a part of the runs a degradation is also told by a sender: before the sweep, with it and after it. */
function toldOf(chance: Chance): Pick<Plan, 'alerts'> {
  if (!chance.happens(0.3)) return {};
  const longest = chance.pick([5, 60, 600]);
  const deliveries = Array.from({ length: chance.between(1, 6) }, () => ({
    after: chance.between(0, longest),
    what: chance.pick(['firing', 'firing', 'in another group', 'resolved'] as const),
  }));
  return { alerts: [{ after: chance.between(0, longest), what: 'firing' }, ...deliveries] };
}

function outagesOf(chance: Chance, quietFrom: number): readonly Outage[] {
  if (!chance.happens(0.3)) return [];
  const from = chance.between(0, quietFrom);
  const port = chance.pick(['forge', 'health', 'history', 'work', 'workflow', 'store']);
  const longest = port === 'store' ? 60 : 900;
  return [{ port, from, to: Math.min(quietFrom, from + chance.between(10, longest)) }];
}

function actsOf(
  chance: Chance,
  environment: string,
  level: AutonomyLevel,
  services: readonly string[],
  quietFrom: number,
): Plan['acts'] {
  const within = (seconds: number) => chance.between(20, Math.min(seconds, quietFrom));
  const any: [string, ...string[]] = ['heal', ...ACTS];
  const random = Array.from({ length: chance.pick([0, 2, 5, 12]) }, () => ({
    at: within(quietFrom),
    service: chance.pick(['shop', ...services]),
    act: chance.pick(any),
  }));
  const asked = environment !== 'staging' || level === 'approve';
  const usual = services.flatMap((service) => [
    { at: chance.between(15, 60), service, act: 'degrade' },
    ...(chance.happens(0.8) ? [{ at: within(500), service, act: 'checks-green' }] : []),
    ...(asked && chance.happens(0.7) ? [{ at: within(900), service, act: 'approve' }] : []),
    ...(asked && chance.happens(0.5) ? [{ at: within(1500), service, act: 'approve-naming' }] : []),
  ]);
  return [...usual, ...random].toSorted((a, b) => a.at - b.at);
}
