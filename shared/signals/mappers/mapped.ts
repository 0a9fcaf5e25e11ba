import type { Severity, SignalFlag, SignalStatus } from '../contract.ts';

/** A signal as its mapper reads it out of one body; receipt, identity and clamping follow for all sources alike. */
export type MappedSignal = {
  readonly sourceEventId: string;
  readonly fingerprint: string;
  readonly status: SignalStatus;
  readonly kind: string;
  readonly severity: Severity;
  readonly title: string;
  readonly revision?: string;
  /** ISO; absent when the source does not say: it then began when it was received. */
  readonly startsAt?: string;
  readonly endsAt?: string;
  readonly links: readonly (string | null | undefined)[];
  readonly labels: Readonly<Record<string, unknown>>;
  readonly flags?: readonly SignalFlag[];
};

export type Mapping = {
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** ISO. */
  readonly receivedAt: string;
};

/** ping: authentic, and nothing to record. challenge: the sender wants its own words back before it sends. */
type Mapped =
  | { readonly kind: 'ping' }
  | { readonly kind: 'challenge'; readonly challenge: string }
  | { readonly kind: 'signals'; readonly signals: readonly MappedSignal[] };

/** Reads a body of its source. Throws Fault('InvalidInput') that names the wrong fields. */
export type Mapper = (mapping: Mapping) => Mapped;

/** ISO with milliseconds of a time as senders write it: with `Z`, `+00:00` or `+0000`. Go's zero time and what is no time are undefined. */
export function timeOf(text: string | null | undefined): string | undefined {
  if (text === undefined || text === null || text.startsWith('0001-01-01')) return undefined;
  const at = Date.parse(text.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

const SEVERITY_WORDS: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  page: 'critical',
  fatal: 'critical',
  emergency: 'critical',
  high: 'high',
  error: 'high',
  major: 'high',
  medium: 'medium',
  warning: 'medium',
  warn: 'medium',
  moderate: 'medium',
  low: 'low',
  minor: 'low',
  info: 'info',
  none: 'info',
};

/** Free text as a severity; what nobody knows is medium. */
export function severityOf(word: unknown): Severity {
  return SEVERITY_WORDS[String(word).toLowerCase()] ?? 'medium';
}
