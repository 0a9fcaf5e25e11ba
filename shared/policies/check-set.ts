import { Fault, type Issue, millis } from '../kernel/index.ts';
import { MAX_EXCEPTION_DAYS, type Policy, type PolicyException, type PolicySetDocument } from './contract.ts';

const DAY_MS = 86_400_000;

type Policies = readonly Pick<Policy, 'id' | 'effect'>[];

/**
 * Refuses what stands in a set by mistake: a set that permits nothing; an exception of a policy that is not in it, that
 * has expired at `now` (epoch ms) or that lasts more than 90 days. Throws Fault('InvalidInput') with one issue for each.
 */
export function checkSet({ exceptions }: PolicySetDocument, policies: Policies, now: number): void {
  const issues = [
    ...permitIssues(policies),
    ...exceptions.flatMap((each, index) => exceptionIssues(each, { index, policies, now })),
  ];
  if (issues.length > 0)
    throw new Fault('InvalidInput', `the set is not put: ${issues[0]?.message}`, { issues });
}

type Place = { readonly index: number; readonly policies: Policies; readonly now: number };

function exceptionIssues(
  { id, policies: named, expiresAt }: PolicyException,
  place: Place,
): readonly Issue[] {
  const path = `exceptions.${place.index}`;
  const known = new Set(place.policies.map((policy) => policy.id));
  const unknown = named.flatMap((name, index) =>
    known.has(name)
      ? []
      : [{ path: `${path}.policies.${index}`, message: `${id}: there is no policy ${name} in the set` }],
  );
  const message = endIssue(millis(expiresAt), place.now);
  return message === undefined
    ? unknown
    : [...unknown, { path: `${path}.expiresAt`, message: `${id}: ${message}` }];
}

function endIssue(end: number, now: number): string | undefined {
  if (end <= now) return 'has expired already; leave it out, or give it a new end';
  return end > now + MAX_EXCEPTION_DAYS * DAY_MS ? `must end within ${MAX_EXCEPTION_DAYS} days` : undefined;
}

/** The rule blocks everything then: nobody puts that on purpose, and breaking the glass does not lift it. */
function permitIssues(policies: Policies): readonly Issue[] {
  return policies.some(({ effect }) => effect === 'permit')
    ? []
    : [{ path: 'policies', message: 'none of them is a permit: nothing would be permitted' }];
}
