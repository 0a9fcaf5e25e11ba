/**
 * What a policy may ask, in Cedar's schema language: the facts of `PolicyFacts` under `context`, and the calendars that
 * freeze the place just now. None is optional here: whether a fact is there is decided when it is asked for.
 */
export const CEDAR_SCHEMA = `
entity Holdfast;
entity Environment;
type Change = {
  lines: Long, files: Long, migration: Bool, irreversible: Bool, config: Bool, infrastructure: Bool, hotfix: Bool,
  dataClasses: Set<String>, checks: String
};
type Budget = { declared: Bool, remaining: decimal, exhausted: Bool, burning: String };
type Compliance = { payment: Bool };
type Facts = {
  service: String, environment: String, tier: Long, score: decimal, band: String,
  change: Change, budget: Budget, compliance: Compliance, freezes: Set<String>
};
action "deploy", "deploy-without-approval", "deploy-without-warning" appliesTo {
  principal: [Holdfast], resource: [Environment], context: Facts
};
`;

/** What a policy that forbids an action comes to: who may not deploy at all is blocked, and so on. */
export const EFFECT_OF_ACTION = {
  deploy: 'block',
  'deploy-without-approval': 'require-approval',
  'deploy-without-warning': 'warn',
} as const;
