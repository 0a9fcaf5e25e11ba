import type { SubjectRev } from '../completeness.ts';

/** An item of the decisions table as it stands there, whatever its form. */
export type RawDecision = Readonly<Record<string, unknown>>;

/** The decisions table as it is, for whoever looks for what the stream did not bring. Throws Fault: Unavailable, PermissionDenied. */
export type RawDecisions = {
  /** Every item under a subject's key, by rev; read consistently. */
  readonly ofSubject: (subject: Pick<SubjectRev, 'kind' | 'id'>) => Promise<readonly RawDecision[]>;
};
/**
 * Where a sweep that cannot end in one run goes on, by the sweep's name. A place that is lost costs a sweep from the
 * start, and nothing else. Throws Fault: Unavailable, PermissionDenied.
 */
export type Places = {
  readonly read: (sweep: string) => Promise<unknown>;
  readonly keep: (sweep: string, place: Readonly<Record<string, unknown>>, now: number) => Promise<void>;
};
