import { rounded } from '../../kernel/index.ts';
import { type PolicyFacts, type PolicySet, TIERS } from '../contract.ts';
import type { Context } from './condition-value.ts';
import { frozenBy, type WallClock } from './wall-clock.ts';

export type Frozen = { readonly calendar: string; readonly why: string };
/** Zone to what its clock showed. */
export type Clocks = Readonly<Record<string, WallClock>>;

/**
 * The calendars that freeze this place at these readings; undefined when a reading of a zone is missing or no place is
 * named where a calendar asks for one.
 */
export function freezesOf(set: PolicySet, facts: PolicyFacts, clocks: Clocks): readonly Frozen[] | undefined {
  const found: Frozen[] = [];
  for (const [name, calendar] of Object.entries(set.calendars)) {
    const concerned =
      concerns(calendar.services, facts.service) && concerns(calendar.environments, facts.environment);
    if (!concerned) continue;
    const clock = clocks[calendar.zone];
    if (clock === undefined) return undefined;
    const why = frozenBy(calendar, clock);
    if (why !== undefined) found.push({ calendar: name, why });
  }
  return found;
}

/** An unnamed place is concerned: it may be the one that is meant. */
function concerns(names: readonly string[] | undefined, name: string | undefined): boolean {
  return names === undefined || name === undefined || names.includes(name);
}

type Change = PolicyFacts['change'];
type ChangeContext = { readonly [Name in keyof Required<Change> as `change.${Name}`]: Change[Name] };

/** The facts by the paths at which policies find them; what is absent is undefined there. */
export function contextOf(
  set: PolicySet,
  facts: PolicyFacts,
  freezes: readonly Frozen[] | undefined,
): Context {
  const { service, environment, tier, score, band, change, budget } = facts;
  const declared = budget?.declared === true ? budget : undefined;
  const remaining = declared?.remaining;
  // one shape for all: a record that grows by each fact costs ten times as much
  return {
    service,
    environment,
    tier: tier === undefined ? undefined : tierNumber(tier),
    score: score === undefined ? undefined : tenThousandths(score, 'up'),
    band,
    'change.lines': change.lines,
    'change.files': change.files,
    'change.migration': change.migration,
    'change.irreversible': change.irreversible,
    'change.config': change.config,
    'change.infrastructure': change.infrastructure,
    'change.hotfix': change.hotfix,
    'change.dataClasses': change.dataClasses,
    'change.checks': change.checks,
    'budget.declared': budget?.declared,
    'budget.remaining': remaining === undefined ? undefined : tenThousandths(remaining, 'down'),
    'budget.exhausted': declared?.exhausted,
    'budget.burning': declared?.burning,
    'compliance.payment': facts.compliance?.payment ?? listed(set, service),
    freezes: freezes?.map(({ calendar }) => calendar),
  } satisfies ChangeContext & Context;
}

function listed(set: PolicySet, service: string | undefined): boolean | undefined {
  return service === undefined ? undefined : set.compliance.payment.includes(service);
}

function tierNumber(tier: NonNullable<PolicyFacts['tier']>): number {
  return typeof tier === 'number' ? tier : TIERS.indexOf(tier) + 1;
}

/**
 * A fraction as Cedar's decimal, which has four digits after the point, in whole ten-thousandths. Rounded to the side that
 * looks worse, so that a comparison with a limit of at most four digits says what the full number would say: a score
 * above 0.5 stays above it, what is left below 0.1 stays below it.
 */
function tenThousandths(value: number | string, to: 'up' | 'down'): number {
  const scaled = rounded(Number(value) * 10_000);
  return to === 'up' ? Math.ceil(scaled) : Math.floor(scaled);
}
