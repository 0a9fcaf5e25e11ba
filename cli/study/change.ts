import type { ChangeFacts } from '../../shared/deployments/rules/facts.ts';
import { localHour } from '../../shared/deployments/rules/local-time.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import { anyOf, type Chance, exponential, normal, stream } from './chance.ts';
import { DRAWS, type Organisation, type SimulatedService } from './organisation.ts';
import { type Fault, faultOf } from './truth.ts';

/** A change that somebody wants to see running, and what is true of it though nobody knows. */
export type Arrival = {
  readonly index: number;
  readonly id: string;
  readonly service: SimulatedService;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly change: ChangeFacts;
  /** As much of it as policies see. */
  readonly facts: Omit<ChangeFacts, 'author' | 'text'>;
  readonly fault: Fault | undefined;
};

/** A Monday. */
const START = Date.parse('2026-01-05T00:00:00.000Z');
const DAY_MS = 86_400_000;

/** So many changes in the order of time: the same for every arm. */
export function arrivalsOf(organisation: Organisation, count: number): readonly Arrival[] {
  const chance = stream(organisation.seed, DRAWS.arrivals);
  const { services } = organisation;
  const gap = DAY_MS / (ASSUMPTIONS.perDay * services.length);
  const arrivals: Arrival[] = [];
  let at = START;
  while (arrivals.length < count) {
    at += exponential(chance) * gap;
    const service = anyOf(chance, services);
    const odd = isOddHour(at, service.zone);
    // thinned from the busiest rate: fewer changes at night and on weekends
    if (chance() >= odd.busy) continue;
    arrivals.push(
      arrivalOf(organisation, { index: arrivals.length, service, at: Math.round(at), odd: odd.is }),
    );
  }
  return arrivals;
}

type OddHour = { readonly is: boolean; readonly busy: number };

/** Whether people sleep or have their weekend where the service lives, and how busy such a time is. */
export function isOddHour(at: number, zone: string): OddHour {
  const { hour, day } = localHour(at, zone);
  const works = day < 5 && hour >= 8 && hour < 18;
  const { workingHours, otherHours, weekend } = ASSUMPTIONS.busy;
  const atNight = day < 5 ? otherHours : weekend;
  return { is: !works, busy: works ? workingHours : atNight };
}

type Asked = {
  readonly index: number;
  readonly service: SimulatedService;
  readonly at: number;
  readonly odd: boolean;
};

function arrivalOf(organisation: Organisation, { index, service, at, odd }: Asked): Arrival {
  const chance = stream(organisation.seed, DRAWS.change, index);
  const area = Math.floor(chance() * service.areas.length);
  const change = changeOf(chance, area);
  const fault = faultOf(organisation, { index, service, area, change, odd });
  const { lines, files, migration, irreversible, config, infrastructure, hotfix, dataClasses, checks } =
    change;
  const facts = {
    lines,
    files,
    migration,
    irreversible,
    config,
    infrastructure,
    hotfix,
    dataClasses,
    checks,
  };
  return { index, id: `dep-${index + 1}`, service, at, change, facts, fault };
}

function changeOf(chance: Chance, area: number): ChangeFacts {
  const { lines: size, shares } = ASSUMPTIONS;
  const is = (share: number): boolean => chance() < share;
  const lines = Math.min(size.most, Math.ceil(size.median * Math.exp(size.spread * normal(chance))));
  const migration = is(shares.migration);
  const irreversible = is(shares.irreversibleMigration) && migration;
  const drawn = chance();
  const failed = drawn < shares.checkFailed;
  const unchecked = drawn < shares.checkFailed + shares.unchecked;
  return {
    lines,
    files: 1 + Math.floor((lines / ASSUMPTIONS.linesPerFile) * exponential(chance)),
    migration,
    irreversible,
    config: is(shares.config),
    infrastructure: is(shares.infrastructure),
    hotfix: is(shares.hotfix),
    dataClasses: [...(is(shares.personal) ? ['personal'] : []), ...(is(shares.payment) ? ['payment'] : [])],
    checks: failed ? 'failure' : uncheckedOr(unchecked),
    text: titleOf(chance, area),
  };
}

const uncheckedOr = (unchecked: boolean) => (unchecked ? 'none' : 'success');

const ACTIONS = ['quicker', 'simpler', 'correct', 'extend', 'rework', 'tidy', 'guard', 'split'] as const;
const OBJECTS = ['validation', 'mapping', 'limits', 'defaults', 'errors', 'responses', 'paging'] as const;
/** Words of an area: what titles of the same part of a service share. */
const AREA_WORDS = [
  ['checkout payment', 'refund payment', 'invoice totals'],
  ['login session', 'password reset', 'token refresh'],
  ['search ranking', 'search filters', 'query suggestions'],
  ['cache eviction', 'cache keys', 'price cache'],
  ['queue consumer', 'message retries', 'backlog worker'],
  ['report export', 'csv download', 'nightly batch'],
] as const;

function titleOf(chance: Chance, area: number): string {
  const words = AREA_WORDS[area] ?? AREA_WORDS[0];
  return `${anyOf(chance, ACTIONS)} ${anyOf(chance, OBJECTS)} of ${anyOf(chance, words)}`;
}
