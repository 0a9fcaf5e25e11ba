import * as z from 'zod';

/** Where signals come from: those that have a webhook, then those of AWS's default bus. */
export const WEBHOOK_SOURCES = [
  'argocd',
  'alertmanager',
  'github',
  'cloudevents',
  'grafana',
  'slack',
  'pagerduty',
  'generic',
] as const;
export const BUS_SOURCES = ['cloudwatch', 'ecs', 'codedeploy', 'sagemaker', 'health', 'fis'] as const;
export const SIGNAL_SOURCES = [...WEBHOOK_SOURCES, ...BUS_SOURCES] as const;
export type WebhookSource = (typeof WEBHOOK_SOURCES)[number];
export type BusSource = (typeof BUS_SOURCES)[number];
export type SignalSource = (typeof SIGNAL_SOURCES)[number];

export const SIGNAL_STATUSES = ['firing', 'resolved', 'info'] as const;
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
/** noticed: news of a forge, which wakes who waits for it and belongs to no service. */
export const ROUTINGS = ['new', 'routed', 'unroutable', 'noticed'] as const;
/**
 * future-start: it claimed to begin later than now. late: too old to act on. suppressed: the sender muted it, or is
 * already rolling back itself. truncated: its group had more alerts. own: the echo of something Holdfast did.
 */
const SIGNAL_FLAGS = ['future-start', 'late', 'suppressed', 'truncated', 'own'] as const;
export type SignalStatus = (typeof SIGNAL_STATUSES)[number];
export type Severity = (typeof SEVERITIES)[number];
export type Routing = (typeof ROUTINGS)[number];
export type SignalFlag = (typeof SIGNAL_FLAGS)[number];

/** A firing signal that began longer ago is recorded and never acted on. Seconds. */
export const LATE_AFTER_SECONDS = 21_600;
/** For so long a repeated delivery is recognised. Days. */
export const SIGNAL_KEPT_DAYS = 30;
/** GitHub sends up to 25 MB, Lambda takes 6 MB in base 64: what is above is refused with 413. */
export const MAX_WEBHOOK_BYTES = 4_194_304;

/** Bytes that a delivery may have, by source: those whose bodies are small by their nature get no room for more. */
export const WEBHOOK_LIMITS: Readonly<Record<WebhookSource, number>> = {
  argocd: MAX_WEBHOOK_BYTES,
  alertmanager: MAX_WEBHOOK_BYTES,
  github: MAX_WEBHOOK_BYTES,
  cloudevents: MAX_WEBHOOK_BYTES,
  grafana: MAX_WEBHOOK_BYTES,
  slack: 524_288,
  pagerduty: 524_288,
  generic: 65_536,
};
/** A signed time may differ from ours by so much; beyond it a delivery counts as replayed. Seconds. */
export const MAX_SKEW_SECONDS = 300;

export const SIGNAL_METRICS = {
  forged: 'webhook_signature_failures_total',
  accepted: 'signals_accepted_total',
  duplicates: 'signals_duplicate_total',
  unroutable: 'signals_unroutable_total',
  missed: 'webhooks_missed_total',
} as const;

const SuggestedSelector = z.object({
  source: z.enum(SIGNAL_SOURCES),
  environment: z.string(),
  match: z.record(z.string(), z.string()),
});
export type SuggestedSelector = z.infer<typeof SuggestedSelector>;

/** What was done with a signal, once. */
export const Settlement = z.object({
  routing: z.enum(ROUTINGS),
  service: z.string().exactOptional(),
  environment: z.string().exactOptional(),
  /** Which selector routed it, such as `shop#selectors.0`. */
  resolvedBy: z.string().exactOptional(),
  /** Why nothing was done. */
  why: z.string().exactOptional(),
  suggestedSelector: SuggestedSelector.exactOptional(),
  outcome: z.string().exactOptional(),
  rollbackId: z.string().exactOptional(),
});
export type Settlement = z.infer<typeof Settlement>;

/** An outside event in one form. Times are ISO; `labels` is the flat map that selectors match. */
export const Signal = z.object({
  v: z.literal(1),
  id: z.string(),
  source: z.enum(SIGNAL_SOURCES),
  /** Identity of the delivery. */
  sourceEventId: z.string(),
  /** source|sourceEventId|fingerprint|status as it came */
  dedupeKey: z.string(),
  /** Identity of the problem: the same when it fires and when it is resolved. */
  fingerprint: z.string(),
  status: z.enum(SIGNAL_STATUSES),
  kind: z.string(),
  severity: z.enum(SEVERITIES),
  title: z.string(),
  revision: z.string().exactOptional(),
  startsAt: z.string(),
  endsAt: z.string().exactOptional(),
  observedAt: z.string(),
  receivedAt: z.string(),
  links: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  flags: z.array(z.enum(SIGNAL_FLAGS)),
  raw: z.object({ sha256: z.string(), bytes: z.int() }),
  ...Settlement.shape,
});
export type Signal = z.infer<typeof Signal>;
