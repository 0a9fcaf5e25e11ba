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

type Fact = Context[string] | undefined;
type Growing = Record<string, NonNullable<Fact>>;

/** The facts by the paths at which policies find them; what is absent has no path. */
export function contextOf(
  set: PolicySet,
  facts: PolicyFacts,
  freezes: readonly Frozen[] | undefined,
): Context {
  const { service, environment, tier, score, band, budget } = facts;
  const context: Growing = {};
  add(context, 'service', service);
  add(context, 'environment', environment);
  add(context, 'tier', tier === undefined ? undefined : tierNumber(tier));
  add(context, 'score', score === undefined ? undefined : tenThousandths(score, 'up'));
  add(context, 'band', band);
  const change: Readonly<Record<string, Fact>> = facts.change;
  for (const name of Object.keys(change)) add(context, changePath(name), change[name]);
  if (budget !== undefined) addBudget(context, budget);
  add(context, 'compliance.payment', facts.compliance?.payment ?? listed(set, service));
  add(
    context,
    'freezes',
    freezes?.map(({ calendar }) => calendar),
  );
  return context;
}

const paths = new Map<string, string>();
const MOST_PATHS = 100;

/** The same few names with every decision. */
function changePath(name: string): string {
  const known = paths.get(name);
  if (known !== undefined) return known;
  const path = `change.${name}`;
  if (paths.size < MOST_PATHS) paths.set(name, path);
  return path;
}

function add(context: Growing, path: string, value: Fact): void {
  if (value !== undefined) context[path] = value;
}

function addBudget(context: Growing, budget: NonNullable<PolicyFacts['budget']>): void {
  add(context, 'budget.declared', budget.declared);
  if (!budget.declared) return;
  const { remaining, exhausted, burning } = budget;
  add(context, 'budget.remaining', remaining === undefined ? undefined : tenThousandths(remaining, 'down'));
  add(context, 'budget.exhausted', exhausted);
  add(context, 'budget.burning', burning);
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
  const scaled = Number((Number(value) * 10_000).toPrecision(12));
  return to === 'up' ? Math.ceil(scaled) : Math.floor(scaled);
}
