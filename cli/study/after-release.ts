import { ASSUMPTIONS } from './assumptions.ts';
import type { Arrival } from './change.ts';
import type { Organisation } from './organisation.ts';
import { answerMinutes } from './people.ts';
import { behaviourOf } from './truth.ts';

/** How a bad change that took all of the traffic is noticed, in minutes from then. */
export type Noticed = { readonly by: 'alarm' | 'nobody'; readonly after: number };

/**
 * What happens to a bad change with all of the traffic: a raw threshold sees a gross fault, and a person goes back; a
 * fault below every threshold stays for as long as ASSUMPTIONS says. `ran`: minutes it has run already as a canary.
 */
export function noticed(
  organisation: Organisation,
  { index, service, fault }: Arrival,
  at: number,
  ran: number,
): Noticed {
  if (fault === undefined) return { by: 'nobody', after: 0 };
  const { errorRate, slowShare, minutes } = ASSUMPTIONS.alarm;
  const { failures, slower } = behaviourOf(service, fault);
  const isGross = failures >= errorRate || slower[3] >= slowShare;
  if (!isGross) return { by: 'nobody', after: ASSUMPTIONS.unnoticedMinutes };
  const seen = Math.max(0, fault.onset - ran) + minutes;
  const person = answerMinutes({ organisation, index, service }, 'alarm', at + seen * 60_000);
  return { by: 'alarm', after: seen + person };
}

/** Minutes at all of the traffic, or as much as that, in which users met the fault of a canary. */
export function metMinutes({ fault }: Arrival, weights: readonly number[], step: number): number {
  if (fault === undefined) return 0;
  let sum = 0;
  for (let index = Math.ceil(fault.onset / step); index < weights.length; index += 1)
    sum += weights[index] ?? 0;
  return sum * step;
}
