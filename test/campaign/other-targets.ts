import { chanceOf } from './chance.ts';
import type { Plan } from './plan.ts';

/**
 * In a part of the runs an attempt ends and leaves its pull request to people, and the next one finds another revision to
 * go back to: an uptime was measured anew, or a second bad revision is deployed. Chance of its own: the rest stays as drawn.
 */
export function otherTargetsOf({ seed, services, quietFrom, signing }: Plan): Plan['acts'] {
  const chance = chanceOf(seed, 'next target');
  if (signing !== undefined || !chance.happens(0.2)) return [];
  const service = chance.pick(['shop', ...services]);
  const ends: [string, ...string[]] = ['kill-switch-on', 'kill-switch-on', 'manual'];
  const change: [string, ...string[]] = ['measure-anew', 'degrade-again'];
  const from = chance.between(150, Math.max(150, quietFrom - 300));
  return [
    { at: from, service, act: chance.pick(ends) },
    { at: from + chance.between(20, 60), service, act: 'kill-switch-off' },
    { at: from + 70, service, act: chance.pick(change) },
    { at: from + chance.between(80, 120), service, act: 'ask' },
  ];
}
