import type { ChangeFacts } from '../../shared/deployments/rules/facts.ts';
import { ASSUMPTIONS, FAULT_KINDS, type FaultKind } from './assumptions.ts';
import { type Chance, logUniform, normalTail, stream } from './chance.ts';
import { DRAWS, type Organisation, type SimulatedService, TRAITS, type Trait } from './organisation.ts';

/** What is wrong with a bad change. */
export type Fault = {
  readonly kind: FaultKind;
  /** Minutes after its first request until it shows. */
  readonly onset: number;
  /** Share of its requests that fail, and times the latency of the version before, once it shows. */
  readonly failureRate: number;
  readonly latencyRatio: number;
};

type Subject = {
  readonly index: number;
  readonly service: SimulatedService;
  readonly area: number;
  readonly change: ChangeFacts;
  /** Written when people sleep. */
  readonly odd: boolean;
};

/**
 * Whether a change is bad, and how. The log-odds are a sum over what it is, with what each trait adds drawn from the seed,
 * the fragility of its service and of the area it touches. Neither the weights of the risk score nor any outcome
 * goes in, and the risk rule never sees what goes in here.
 */
export function faultOf(organisation: Organisation, subject: Subject): Fault | undefined {
  const chance = stream(organisation.seed, DRAWS.truth, subject.index);
  const odds = Math.exp(logOddsOf(organisation, subject));
  const isBad = chance() < odds / (1 + odds);
  return isBad ? drawnFault(organisation, subject.service, chance) : undefined;
}

function logOddsOf({ badOfPlain, addsToLogOdds }: Organisation, subject: Subject): number {
  const { service, area } = subject;
  const plain = Math.log(badOfPlain / (1 - badOfPlain)) + service.fragility + (service.areas[area] ?? 0);
  return TRAITS.reduce((sum, trait) => sum + addsToLogOdds[trait] * strengthOf(trait, subject), plain);
}

function strengthOf(trait: Trait, { change, odd }: Subject): number {
  switch (trait) {
    case 'size':
      return Math.max(0, Math.log(change.lines / ASSUMPTIONS.lines.median));
    case 'unchecked':
      return Number(change.checks === 'none');
    case 'checkFailed':
      return Number(change.checks === 'failure');
    case 'oddHours':
      return Number(odd);
    default:
      return Number(change[trait]);
  }
}

function drawnFault({ kinds }: Organisation, { failureRate }: SimulatedService, chance: Chance): Fault {
  const kind = kindAt(kinds, chance());
  // all are drawn, whatever is needed: the stream stays in step
  const worse = Math.min(1, failureRate * logUniform(chance, ...ASSUMPTIONS.errorRatio));
  const slower = logUniform(chance, ...ASSUMPTIONS.latencyRatio);
  const crashed = logUniform(chance, ...ASSUMPTIONS.crashShare);
  const onset = Math.ceil(logUniform(chance, ...ASSUMPTIONS.onsetMinutes));
  const plain = { kind, onset: 0, failureRate, latencyRatio: 1 };
  if (kind === 'errors') return { ...plain, failureRate: worse };
  if (kind === 'latency') return { ...plain, latencyRatio: slower };
  if (kind === 'crash') return { ...plain, failureRate: crashed };
  return kind === 'late' ? { ...plain, onset, failureRate: worse } : plain;
}

function kindAt(kinds: Organisation['kinds'], drawn: number): FaultKind {
  let sum = 0;
  for (const kind of FAULT_KINDS) {
    sum += kinds[kind];
    if (drawn < sum) return kind;
  }
  return 'silent';
}

/** z of the shares that production freezes: one request in four, in ten, and in a hundred is slower. */
const Z_P75 = 0.6744897501960817;
const Z_P90 = 1.2815515655446004;
const Z_P99 = 2.3263478740408408;

/** What an arm does: shares that fail, and that are slower than the baseline's p75, its p90, its p99 and five times that. */
export type Behaviour = {
  readonly failures: number;
  readonly slower: readonly [number, number, number, number];
};

/** Latency is log-normal, so that everything follows from its spread and from how many times slower it is. */
export function behaviourOf({ failureRate, latencySpread }: SimulatedService, fault?: Fault): Behaviour {
  const shift = Math.log(fault?.latencyRatio ?? 1) / latencySpread;
  const far = Math.log(ASSUMPTIONS.alarm.p99Factor) / latencySpread;
  return {
    failures: fault?.failureRate ?? failureRate,
    slower: [
      normalTail(Z_P75 - shift),
      normalTail(Z_P90 - shift),
      normalTail(Z_P99 - shift),
      normalTail(Z_P99 + far - shift),
    ],
  };
}
