import type { Neighbour, Tier } from '../../shared/deployments/rules/facts.ts';
import { ASSUMPTIONS, FAULT_KINDS, type FaultKind } from './assumptions.ts';
import { anyOf, type Chance, exponential, logUniform, normal, stream } from './chance.ts';

/** What makes a change bad, beside its size. */
export const TRAITS = [
  'size',
  'migration',
  'config',
  'infrastructure',
  'hotfix',
  'unchecked',
  'checkFailed',
  'oddHours',
] as const;
export type Trait = (typeof TRAITS)[number];

export type SimulatedService = {
  readonly index: number;
  readonly name: string;
  readonly tier: Tier;
  readonly zone: string;
  readonly perMinute: number;
  readonly failureRate: number;
  readonly latencySpread: number;
  /** Fraction of good requests that it promises. */
  readonly objective: number;
  readonly neighbours: readonly Neighbour[];
  readonly dependencies: number;
  readonly dependents: number;
  /** Added to the log-odds of a bad change, whole service and by area. Nobody in the simulated world knows it. */
  readonly fragility: number;
  readonly areas: readonly number[];
};

export type Organisation = {
  readonly seed: number;
  readonly services: readonly [SimulatedService, ...SimulatedService[]];
  readonly badOfPlain: number;
  readonly addsToLogOdds: Readonly<Record<Trait, number>>;
  readonly kinds: Readonly<Record<FaultKind, number>>;
};

/** Streams of chance: one number for each thing that draws. */
export const DRAWS = { organisation: 1, arrivals: 2, change: 3, truth: 4, traffic: 5, people: 6 } as const;

const AREAS = 6;

/** The world of a seed: its services, and what it is there that makes a change bad. */
export function organisationOf(seed: number, count: number): Organisation {
  const chance = stream(seed, DRAWS.organisation);
  const [least, most] = ASSUMPTIONS.addsToLogOdds;
  const adds = (): number => least + (most - least) * chance();
  const badOfPlain = logUniform(chance, ...ASSUMPTIONS.badOfPlain);
  const addsToLogOdds = {
    ...{ size: adds(), migration: adds(), config: adds(), infrastructure: adds() },
    ...{ hotfix: adds(), unchecked: adds(), checkFailed: adds(), oddHours: adds() },
  };
  const kinds = mixture(chance);
  const graph = Array.from({ length: count }, (_, index) => dependenciesOf(index, count, chance));
  const [first, ...others] = graph.map((_, index) => serviceOf(index, graph, chance));
  if (first === undefined) throw new Error('an organisation has a service at least');
  return { seed, services: [first, ...others], badOfPlain, addsToLogOdds, kinds };
}

/** Every mixture as likely: exponentials over their sum. */
function mixture(chance: Chance): Readonly<Record<FaultKind, number>> {
  const parts = FAULT_KINDS.map(() => exponential(chance));
  const total = parts.reduce((sum, part) => sum + part, 0);
  const share = (kind: FaultKind) => (parts[FAULT_KINDS.indexOf(kind)] ?? 0) / total;
  return {
    ...{ errors: share('errors'), latency: share('latency'), crash: share('crash') },
    ...{ late: share('late'), silent: share('silent') },
  };
}

function dependenciesOf(index: number, count: number, chance: Chance): readonly number[] {
  const wanted = Math.floor(chance() * (ASSUMPTIONS.dependencies + 1));
  const drawn = Array.from({ length: wanted }, () => Math.floor(chance() * count));
  return [...new Set(drawn)].filter((other) => other !== index);
}

const nameOf = (index: number): string => `service-${index + 1}`;

function serviceOf(index: number, graph: readonly (readonly number[])[], chance: Chance): SimulatedService {
  const own = graph[index] ?? [];
  const callers = graph.flatMap((dependencies, other) => (dependencies.includes(index) ? [other] : []));
  const failureRate = logUniform(chance, ...ASSUMPTIONS.failureRate);
  return {
    ...{ index, name: nameOf(index), tier: tierAt(chance()), zone: anyOf(chance, ASSUMPTIONS.zones) },
    ...{ perMinute: Math.round(logUniform(chance, ...ASSUMPTIONS.perMinute)), failureRate },
    latencySpread: logUniform(chance, ...ASSUMPTIONS.latencySpread),
    objective: 1 - failureRate * logUniform(chance, ...ASSUMPTIONS.budgetOverBase),
    neighbours: [
      ...own.map((other) => ({ service: nameOf(other), relation: 'dependency' as const })),
      ...callers.map((other) => ({ service: nameOf(other), relation: 'dependent' as const })),
    ],
    ...{ dependencies: own.length, dependents: callers.length },
    fragility: ASSUMPTIONS.fragility * normal(chance),
    areas: Array.from({ length: AREAS }, () => ASSUMPTIONS.fragility * normal(chance)),
  };
}

function tierAt(drawn: number): Tier {
  const [critical, high, medium] = ASSUMPTIONS.tiers.shares;
  if (drawn < critical) return 1;
  if (drawn < critical + high) return 2;
  return drawn < critical + high + medium ? 3 : 4;
}
