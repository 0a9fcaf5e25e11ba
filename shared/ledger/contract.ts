/** Entries with these kinds are the ledger's own: completeness counts revs only of kinds without `ledger.`. */
export const LEDGER_KIND_PREFIX = 'ledger.';
export const SPECIAL_KINDS = ['ledger.rejected', 'ledger.conflict', 'ledger.altered'] as const;
export type SpecialKind = (typeof SPECIAL_KINDS)[number];
/** What the ledger says itself, and nothing is wrong about: each has its salted content in the payloads. */
export const STATEMENT_KINDS = [
  'ledger.reconciled',
  'ledger.retention',
  'ledger.erased',
  'ledger.key',
] as const;
export type StatementKind = (typeof STATEMENT_KINDS)[number];

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

/**
 * The kinds of subjects that end: only of these may payloads ever be removed. A service, the policies in force and who is
 * who go on for ever; the ledger's own kinds are no subjects.
 */
export const ENDING_KINDS = ['deployment', 'rollout', 'rollback', 'approval'] as const;
export type EndingKind = (typeof ENDING_KINDS)[number];

/** Of the sweep that looks for decisions which were never sealed. */
export const RECONCILE_METRICS = {
  /** A run that came to its end. */
  runs: 'ledger_reconcile_runs_total',
  /** Decisions that the stream had not brought. */
  missing: 'ledger_reconciled_missing_total',
  /** Revisions that are neither sealed nor in the table: nothing is left that could be sealed. */
  unsealable: 'ledger_unsealable_total',
} as const;

/** Of the daily expiry of payloads. */
export const RETENTION_METRICS = {
  /** A run that went on; not one that stands still because too many old decisions wait for their subject's end. */
  runs: 'ledger_retention_runs_total',
  expired: 'ledger_expired_payloads_total',
} as const;

/** Counted once for each special entry that is sealed; an alarm watches each. */
export const LEDGER_METRICS = {
  'ledger.rejected': 'ledger_rejected_total',
  'ledger.conflict': 'ledger_conflict_total',
  'ledger.altered': 'ledger_altered_total',
} as const;

/** Of the checkpoints: signing, and why it was refused. */
export const CHECKPOINT_METRICS = {
  signed: 'ledger_checkpoint_signed_total',
  /** Seconds from the sealing of the newest entry to the checkpoint that covers it. */
  delay: 'ledger_checkpoint_delay_seconds',
  mismatch: 'ledger_root_mismatch_total',
  conflict: 'ledger_file_conflict_total',
} as const;

/** Of the witnesses that are asked to cosign a checkpoint. */
export const WITNESS_METRICS = {
  cosigned: 'ledger_witness_cosigned_total',
  /** Not reached, or its answer was none that can be taken. */
  failed: 'ledger_witness_failed_total',
  /** It has seen another history, or more of this one than there is. */
  contradicted: 'ledger_witness_contradicted_total',
} as const;

/** A checkpoint is due so many seconds after an entry was sealed, and at once where a tile became full. */
export const CHECKPOINT_DELAY_SECONDS = 10;
