import * as z from 'zod';
import { Condition } from './condition.ts';

export const POLICY_EVENTS = [
  'PoliciesChanged',
  'BreakGlassAsked',
  'BreakGlassOpened',
  'BreakGlassRefused',
] as const;

const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const;
/** What a forbidding policy does when it holds; `permit` is what permits at all: without one nothing is. */
export const EFFECTS = ['block', 'require-approval', 'warn', 'permit'] as const;
export type PolicyEffect = (typeof EFFECTS)[number];
/** The seed's tiers; 1 is the most critical. */
export const TIERS = ['critical', 'high', 'medium', 'low'] as const;

const Name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be 1 to 63 lower-case letters, digits and dashes');
/** Classes of data that a change touches: `personal` and `payment` are known to the policies that come with it. */
export const DataClasses = z.array(Name).max(20);
const Text = z.string().min(1).max(500);
const Instant = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-27T16:00:00Z' });

/** A fraction from 0 to 1 as a number, or as the decimal string that a rule's outcome holds. */
const Fraction = z.union(
  [z.number().min(0).max(1), z.string().regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?|\d(?:\.\d+)?e-\d+)$/)],
  'must be a number from 0 to 1',
);
/** What is left of a budget: at most 1, below 0 when more was spent than there was. */
const Remaining = z.union(
  [z.number().max(1), z.string().regex(/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/)],
  'must be a number of at most 1',
);

/** What is left of the error budgets of a service, over all its SLOs; `declared: false` when it promises nothing. */
export const BudgetFacts = z.union([
  z.strictObject({ declared: z.literal(false) }),
  z.strictObject({
    declared: z.literal(true),
    remaining: Remaining.exactOptional(),
    exhausted: z.boolean().exactOptional(),
    /** How fast it is being spent now: `fast` and `slow` would page somebody, `leak` would open a ticket. */
    burning: z.enum(['fast', 'slow', 'leak', 'none']).exactOptional(),
  }),
]);
export type BudgetFacts = z.infer<typeof BudgetFacts>;

/**
 * What policies may ask about a deployment. Every field may be absent, and none has a default: a policy that asks for
 * an absent one blocks and names it. Negative or unknown facts are refused.
 */
export const PolicyFacts = z.strictObject({
  service: z.string().min(1).exactOptional(),
  environment: z.string().min(1).exactOptional(),
  tier: z
    .union([z.int().min(1).max(4), z.enum(TIERS)], 'must be 1 to 4, or critical, high, medium or low')
    .exactOptional(),
  /** The score of the risk rule that we stand behind. */
  score: Fraction.exactOptional(),
  band: z.enum(['low', 'medium', 'high', 'severe', 'critical']).exactOptional(),
  change: z
    .strictObject({
      lines: z.int().min(0).exactOptional(),
      files: z.int().min(0).exactOptional(),
      migration: z.boolean().exactOptional(),
      /** Going back would not undo it: such a rollout is frozen, not rolled back. */
      irreversible: z.boolean().exactOptional(),
      config: z.boolean().exactOptional(),
      infrastructure: z.boolean().exactOptional(),
      hotfix: z.boolean().exactOptional(),
      dataClasses: DataClasses.exactOptional(),
      checks: z.enum(['success', 'failure', 'pending', 'none']).exactOptional(),
    })
    .default({}),
  budget: BudgetFacts.exactOptional(),
  /** Absent: what the policy set says of the service. Never taken from who asks for the deployment. */
  compliance: z.strictObject({ payment: z.boolean() }).exactOptional(),
});
export type PolicyFacts = z.infer<typeof PolicyFacts>;

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const LocalMoment = z.strictObject({
  day: z.enum(DAYS),
  time: z
    .string()
    .regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?|24:00(?::00)?)$/, 'must be HH:MM or HH:MM:SS'),
});
const Zone = z.string().refine(isZone, 'must be an IANA time zone such as Europe/Berlin');
const LocalDate = z.iso.date('must be a date such as 2026-12-24');

/** When nothing is deployed, by the clock on the wall of a time zone. */
export const Calendar = z.strictObject({
  zone: Zone,
  /** From the first moment (included) to the second (not included); it may run over the end of the week. */
  weekly: z
    .array(z.strictObject({ from: LocalMoment, to: LocalMoment }))
    .max(20)
    .default([]),
  /** Whole days, both included. */
  dates: z
    .array(
      z
        .strictObject({ from: LocalDate, to: LocalDate, name: Text })
        .refine(({ from, to }) => from <= to, 'must not end before it begins'),
    )
    .max(100)
    .default([]),
  /** Without them it holds for every service and every environment. */
  services: z.array(Name).max(200).exactOptional(),
  environments: z.array(Name).max(20).exactOptional(),
});
export type Calendar = z.infer<typeof Calendar>;
export type Day = (typeof DAYS)[number];
export const WEEK: readonly Day[] = DAYS;

/** That policies do not count for a while. `owner` answers for it; after `expiresAt` it is as if it were not there. */
export const PolicyException = z.strictObject({
  id: Name,
  policies: z.array(Name).min(1).max(20),
  service: Name.exactOptional(),
  environment: Name.exactOptional(),
  owner: z.string().min(1).max(100),
  reason: Text,
  expiresAt: Instant,
});
export type PolicyException = z.infer<typeof PolicyException>;

/** A policy as people write it: one Cedar statement. docs/policies.md says which action means what. */
const PolicyText = z.strictObject({
  id: Name,
  title: Text,
  severity: z.enum(SEVERITIES),
  cedar: z.string().min(1).max(2000),
});
export type PolicyText = z.infer<typeof PolicyText>;

/** The whole set, as it is stored. */
export const PolicySetDocument = z.strictObject({
  policies: z.array(PolicyText).min(1).max(50).refine(ownIds, 'must have ids of their own'),
  calendars: z.record(Name, Calendar).default({}),
  exceptions: z.array(PolicyException).max(50).refine(ownIds, 'must have ids of their own').default([]),
  /** Services whose handling of a class of data was found compliant. */
  compliance: z.strictObject({ payment: z.array(Name).max(200).default([]) }).default({ payment: [] }),
});
export type PolicySetDocument = z.infer<typeof PolicySetDocument>;

/** A policy as it is evaluated: its condition as Cedar's parser read it, checked against the schema. */
const Policy = PolicyText.omit({ cedar: true }).extend({ effect: z.enum(EFFECTS), condition: Condition });
export type Policy = z.infer<typeof Policy>;

/** A set as the rule takes it. `rev` 0 is the one that Holdfast comes with; `digest` is SHA-256 of the document. */
export const PolicySet = z.strictObject({
  rev: z.int().min(0),
  digest: z.string(),
  policies: z.array(Policy),
  calendars: z.record(Name, Calendar),
  compliance: z.strictObject({ payment: z.array(Name) }),
});
export type PolicySet = z.infer<typeof PolicySet>;

/** Canonical JSON: a decision holds the set before and the set after. */
export const MAX_SET_BYTES = 20_000;
export const MAX_EXCEPTION_DAYS = 90;
/** Seconds in which the other person can grant what somebody asked. */
export const GLASS_ANSWER_SECONDS = 1800;
/** Asked and broken glass that is shown; of older ones the decisions tell. */
export const MAX_GLASSES = 30;
export const POLICY_METRICS = {
  glassOpened: 'break_glass_opened_total',
  changed: 'policies_changed_total',
} as const;

/** What a break-glass request asks: who asks and who grants it are two people. */
export const BreakGlassRequest = z.strictObject({
  service: Name,
  environment: Name,
  reason: z.string().min(1).max(1000),
  minutes: z.int().min(1).max(120).default(60),
});
export type BreakGlassRequest = z.infer<typeof BreakGlassRequest>;

function ownIds(items: readonly { readonly id: string }[]): boolean {
  return new Set(items.map(({ id }) => id)).size === items.length;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
