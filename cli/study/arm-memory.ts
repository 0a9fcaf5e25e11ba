import type { PastDeployment } from '../../shared/deployments/rules/facts.ts';
import type { CountedPast } from '../../shared/deployments/rules/failure-history.ts';
import { isoTime } from '../../shared/kernel/index.ts';
import type { Arrival } from './change.ts';
import { budgetOf, type Harm, type SimulatedBudget } from './error-budget.ts';
import { evidenceBook } from './evidence.ts';
import type { Organisation, SimulatedService } from './organisation.ts';

/** Newest records that are looked at: of the service itself, and of each neighbour. Production reads 500 of each. */
const LOOKED_AT = { own: 12, neighbour: 2 } as const;
const PERIOD_MS = 28 * 86_400_000;

export type ArmMemory = {
  /** A change that went out has ended at that time, in milliseconds since 1970; in the order of time. */
  readonly record: (arrival: Arrival, failed: boolean, at: number) => void;
  readonly past: (service: SimulatedService) => readonly PastDeployment[];
  /** `known`: false for what would be known without any history. */
  readonly counted: (service: SimulatedService, now: number, known: boolean) => CountedPast;
  readonly budget: (service: SimulatedService, now: number) => SimulatedBudget;
  readonly harm: (service: SimulatedService, at: number, failures: number) => void;
  /** Until then another change of the service is under way. */
  readonly freeAt: (service: SimulatedService) => number;
  readonly occupy: (service: SimulatedService, until: number) => void;
};

/** Whether records are kept for retrieval, or outcomes only counted; and where it all happens. */
type Kept = { readonly environment: string; readonly retrieval: boolean };

/** What one arm of a simulation has lived through. */
export function armMemory({ services }: Organisation, { environment, retrieval }: Kept): ArmMemory {
  const book = evidenceBook();
  const blank = evidenceBook();
  const of = services.map((service) => ({
    ...{ past: [] as PastDeployment[], harms: [] as Harm[], freeAt: 0 },
    known: undefined as { readonly at: number; readonly budget: SimulatedBudget } | undefined,
    unharmed: budgetOf(service, [], 0),
  }));
  const own = ({ index }: SimulatedService) => {
    const known = of[index];
    if (known === undefined) throw new Error(`there is no service ${index}`);
    return known;
  };
  const byName = new Map(services.map((service) => [service.name, own(service)]));
  const newest = (name: string, most: number) => byName.get(name)?.past.slice(-most) ?? [];
  return {
    record: (arrival, failed, at) => {
      const { service, change } = arrival;
      book.record({ service: service.name, change, at, failed }, service.tier);
      if (!retrieval) return;
      const { past: known } = own(service);
      known.push(pastOf(arrival, environment, failed, at));
      if (known.length > 2 * LOOKED_AT.own) known.splice(0, LOOKED_AT.own);
    },
    past: ({ name, neighbours }) => [
      ...newest(name, LOOKED_AT.own),
      ...neighbours.flatMap(({ service }) => newest(service, LOOKED_AT.neighbour)),
    ],
    counted: ({ name, tier }, now, isKnown) => (isKnown ? book : blank).counted(name, tier, now),
    budget: (service, now) => {
      const memory = own(service);
      const { harms, unharmed, known } = memory;
      while (harms[0] !== undefined && now - harms[0].at > PERIOD_MS) harms.shift();
      if (harms.length === 0) return unharmed;
      // weighed and decided on at the same moment
      if (known?.at === now) return known.budget;
      memory.known = { at: now, budget: budgetOf(service, harms, now) };
      return memory.known.budget;
    },
    harm: (service, at, failures) => {
      if (!(failures > 0)) return;
      own(service).harms.push({ at, failures });
      own(service).known = undefined;
    },
    freeAt: (service) => own(service).freeAt,
    occupy: (service, until) => {
      own(service).freeAt = until;
    },
  };
}

function pastOf(
  { id, service, change }: Arrival,
  environment: string,
  failed: boolean,
  at: number,
): PastDeployment {
  const outcome = failed ? 'rolled-back' : 'succeeded';
  return { id, service: service.name, environment, at: isoTime(at), change, outcome };
}
