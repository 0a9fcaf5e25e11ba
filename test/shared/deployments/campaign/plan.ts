import type { DeployLevel } from '../../../../shared/services/index.ts';
import { chanceOf } from '../../../campaign/chance.ts';
import type { Behaviour } from '../../../support/memory-traffic.ts';

export const ACTS = [
  ...['approve', 'reject', 'approve', 'pause', 'resume', 'promote', 'abort', 'abort-deployment'],
  ...['kill-on', 'kill-off', 'lower', 'raise', 'foreign', 'foreign-back', 'silence', 'sound', 'turn-bad'],
] as const;
export type Act = (typeof ACTS)[number];
export const KINDS = [
  ...['delay', 'unavailable', 'lost-answer', 'conflict', 'denied'],
  ...['crash-before', 'crash-after', 'kill-before', 'kill-after'],
] as const;
export type Kind = (typeof KINDS)[number];

export type Plan = {
  readonly seed: number;
  readonly environment: string;
  readonly level: DeployLevel;
  readonly bake: 'page' | 'hold' | 'rollback';
  readonly irreversible: boolean;
  readonly behaviour: Behaviour;
  readonly perMinute: number;
  /** Seconds after the start: from then on things fail, so that many runs come to a rollout. */
  readonly faultsFrom: number;
  /** From then on nothing fails any more, and nobody does anything. */
  readonly quietFrom: number;
  readonly rates: Readonly<Record<Kind, number>>;
  readonly twice: number;
  readonly acts: readonly { readonly at: number; readonly act: Act }[];
};

const RARE: Partial<Record<Kind, number>> = { denied: 0.2, 'kill-before': 0.1, 'kill-after': 0.1 };

/** Everything that a run does and suffers, from its seed alone. */
export function planOf(seed: number): Plan {
  const chance = chanceOf(seed, 'deployments');
  const quietFrom = chance.between(600, 3600);
  const production = chance.happens(0.3);
  const whole = chance.pick([0, 0.01, 0.03, 0.06]);
  const random = Array.from({ length: chance.pick([0, 2, 5, 10]) }, () => ({
    at: chance.between(1, quietFrom),
    act: chance.pick(ACTS as readonly Act[] as [Act, ...Act[]]),
  }));
  const level = chance.pick<DeployLevel>(['governed', 'governed', 'auto', 'approve']);
  const asked = [40, 60, 100, 300].map((at) => ({ at, act: 'approve' as const }));
  return {
    ...{ seed, quietFrom, level, faultsFrom: chance.pick([0, 110, 110]) },
    environment: production ? 'production' : 'staging',
    bake: chance.pick(['page', 'hold', 'rollback']),
    irreversible: chance.happens(0.2),
    behaviour: chance.pick([
      { failing: 0.005, slow: 0.01 },
      { failing: 0.005, slow: 0.01 },
      { failing: 0.05, slow: 0.01 },
      { failing: 0.01, slow: 0.05 },
    ]),
    perMinute: chance.pick([20_000, 20_000, 20_000, 400]),
    rates: Object.fromEntries(
      KINDS.map((kind) => [kind, chance.happens(0.6) ? whole * chance.next() * (RARE[kind] ?? 1) : 0]),
    ) as Plan['rates'],
    twice: chance.pick([0, 0.05, 0.3]),
    acts: [...(chance.happens(0.8) ? asked : []), ...random].toSorted((a, b) => a.at - b.at),
  };
}

/** A run in which nothing fails but what the caller makes fail. */
export function calmPlan(behaviour: Behaviour): Plan {
  return {
    ...planOf(1),
    ...{ environment: 'staging', level: 'governed', bake: 'page', irreversible: false, behaviour },
    ...{ perMinute: 20_000, faultsFrom: 0, quietFrom: 0, twice: 0, acts: [] },
    rates: Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Plan['rates'],
  };
}
