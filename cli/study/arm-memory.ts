import type { PastDeployment } from '../../shared/deployments/rules/facts.ts';
import type { CountedPast } from '../../shared/deployments/rules/failure-history.ts';
import type { BudgetFacts } from '../../shared/policies/contract.ts';
import { budgetOf, type Harm } from './error-budget.ts';
import { evidenceBook } from './evidence.ts';
import type { Organisation, SimulatedService } from './organisation.ts';

/** Newest records that are looked at: of the service itself, and of each neighbour. Production reads 500 of each. */
const LOOKED_AT = { own: 12, neighbour: 2 } as const;
const PERIOD_MS = 28 * 86_400_000;

export type ArmMemory = {
  readonly record: (service: SimulatedService, past: PastDeployment) => void;
  readonly past: (service: SimulatedService) => readonly PastDeployment[];
  /** `known`: false for what would be known without any history. */
  readonly counted: (service: SimulatedService, now: number, known: boolean) => CountedPast;
  readonly budget: (service: SimulatedService, now: number) => BudgetFacts;
  readonly harm: (service: SimulatedService, at: number, failures: number) => void;
  /** Until then another change of the service is under way. */
  readonly freeAt: (service: SimulatedService) => number;
  readonly occupy: (service: SimulatedService, until: number) => void;
};

/** What one arm of a simulation has lived through. */
export function armMemory({ services }: Organisation): ArmMemory {
  const book = evidenceBook();
  const blank = evidenceBook();
  const of = services.map((service) => ({
    ...{ past: [] as PastDeployment[], harms: [] as Harm[], freeAt: 0 },
    known: undefined as { readonly at: number; readonly budget: BudgetFacts } | undefined,
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
    record: (service, past) => {
      const { past: known } = own(service);
      known.push(past);
      if (known.length > 2 * LOOKED_AT.own) known.splice(0, LOOKED_AT.own);
      book.record(past, service.tier);
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
