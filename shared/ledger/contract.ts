/** Entries with these kinds are the ledger's own: completeness counts revs only of kinds without `ledger.`. */
export const LEDGER_KIND_PREFIX = 'ledger.';
export const SPECIAL_KINDS = ['ledger.rejected', 'ledger.conflict', 'ledger.altered'] as const;
export type SpecialKind = (typeof SPECIAL_KINDS)[number];

/** One transaction takes 100 items and 4 MB; the head is one of them, a special entry takes two (its payload). */
export const MAX_BATCH_ITEMS = 99;
export const MAX_BATCH_BYTES = 3_000_000;

/** At most so many entries in one answer of `GET /v1/ledger/entries`. */
export const MAX_ENTRIES_PAGE = 256;

/** Published events: `source` is `holdfast.<capability>` of the subject's kind. */
export const EVENT_VERSION = 1;
export const CAPABILITY_OF_KIND = {
  deployment: 'deployments',
  rollout: 'rollouts',
  rollback: 'rollbacks',
  incident: 'incidents',
  prompt: 'prompts',
  evaluation: 'prompts',
  experiment: 'experiments',
  service: 'services',
  approval: 'approvals',
  autonomy: 'services',
  people: 'approvals',
  policy: 'policies',
} as const;

/** Counted once for each special entry that is sealed; an alarm watches each. */
export const LEDGER_METRICS = {
  'ledger.rejected': 'ledger_rejected_total',
  'ledger.conflict': 'ledger_conflict_total',
  'ledger.altered': 'ledger_altered_total',
} as const;
