import type { AliasConfiguration } from '@aws-sdk/client-lambda';
import { Fault } from '../../kernel/index.ts';
import type { TrafficArm, TrafficLease } from '../../ports/traffic.ts';

/** An alias as Lambda answers it: how it splits, who of ours moved it last, and the token of this state. */
export type Alias = {
  readonly arms: readonly TrafficArm[];
  readonly main: string;
  readonly token: string;
  readonly description: string;
  readonly mark?: TrafficLease;
};

/** What UpdateAlias is told of a split: one version takes what the other does not. */
export type Routing = {
  readonly FunctionVersion: string;
  readonly RoutingConfig: { readonly AdditionalVersionWeights: Readonly<Record<string, number>> };
};

const PUBLISHED = /^[1-9]\d*$/;
// Sums of a few decimal fractions; Lambda itself keeps far fewer digits.
const TOLERANCE = 1e-9;
const MOST_DESCRIPTION = 256;
const MARK = /\s?\[holdfast (\S{1,80}) #(\d{1,15})\]$/;

/** Reads an alias. Throws Fault Malformed for one without version or revision, or with more than two versions. */
export function readAlias(answer: AliasConfiguration): Alias {
  const { FunctionVersion: main, RevisionId: token, Description: description = '' } = answer;
  const others = Object.entries(answer.RoutingConfig?.AdditionalVersionWeights ?? {});
  const share = others.reduce((sum, [, weight]) => sum + weight, 0);
  if (main === undefined || token === undefined || others.length > 1 || !(share >= 0 && share <= 1)) {
    throw new Fault('Malformed', "Lambda's answer is no alias of one version or two");
  }
  const arms = [
    { revision: main, weight: rounded(1 - share) },
    ...others.map(([revision, weight]) => ({ revision, weight })),
  ];
  const [, owner, fencing] = MARK.exec(description) ?? [];
  return {
    arms: sorted(arms),
    ...{ main, token, description },
    ...(owner !== undefined && { mark: { owner, fencing: Number(fencing) } }),
  };
}

/** Arms as an alias can split them, without those of weight 0. Throws Fault InvalidInput with the reason. */
export function checkedArms(arms: readonly TrafficArm[]): readonly TrafficArm[] {
  const sum = arms.reduce((total, { weight }) => total + weight, 0);
  if (!(Math.abs(sum - 1) <= TOLERANCE)) refuse(`the weights sum to ${sum}, not to 1`);
  for (const { revision, weight } of arms) {
    if (!(weight >= 0 && weight <= 1)) refuse(`${weight} is no weight between 0 and 1`);
    if (!PUBLISHED.test(revision)) refuse(`${revision} is no published version`);
  }
  const kept = arms.filter(({ weight }) => weight > 0);
  if (kept.length > 2) refuse('an alias splits between two versions at most');
  if (new Set(kept.map(({ revision }) => revision)).size < kept.length) refuse('a version is named twice');
  return sorted(kept);
}

/** The version that the alias names already goes on being the main one, so that the other is added and taken away. */
export function routingOf(arms: readonly TrafficArm[], main: string): Routing {
  const first = arms.find(({ revision }) => revision === main) ?? arms[0];
  const others = arms.filter((arm) => arm !== first);
  return {
    FunctionVersion: first?.revision ?? main,
    // An empty map takes the split away; leaving it out would keep it.
    RoutingConfig: {
      AdditionalVersionWeights: Object.fromEntries(others.map(({ revision, weight }) => [revision, weight])),
    },
  };
}

export function sameArms(left: readonly TrafficArm[], right: readonly TrafficArm[]): boolean {
  return (
    left.length === right.length &&
    left.every(({ revision, weight }) =>
      right.some((other) => other.revision === revision && Math.abs(other.weight - weight) <= TOLERANCE),
    )
  );
}

/**
 * The alias's description with our mark at its end, in place of an earlier one. The mark makes the alias itself remember
 * the greatest fencing token that moved it; people's own words before it are kept (cut to Lambda's 256 characters).
 */
export function marked(description: string, { owner, fencing }: TrafficLease): string {
  const mark = `[holdfast ${owner} #${fencing}]`;
  const own = description.replace(MARK, '').slice(0, MOST_DESCRIPTION - mark.length - 1);
  return own === '' ? mark : `${own} ${mark}`;
}

/** Whether this lease made the alias what it is. */
export function isMarkedBy({ mark }: Alias, { owner, fencing }: TrafficLease): boolean {
  return mark?.owner === owner && mark.fencing === fencing;
}

function sorted(arms: readonly TrafficArm[]): readonly TrafficArm[] {
  return arms.filter(({ weight }) => weight > 0).toSorted((left, right) => right.weight - left.weight);
}

/** 1 - 0.05 is 0.95 and no 0.9500000000000001. */
function rounded(weight: number): number {
  return Number(weight.toFixed(12));
}

function refuse(reason: string): never {
  throw new Fault('InvalidInput', `traffic cannot be split so: ${reason}`);
}
