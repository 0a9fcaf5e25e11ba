import type { SubjectRev } from '../completeness.ts';

/** An item of the decisions table as it stands there, whatever its form. */
export type RawDecision = Readonly<Record<string, unknown>>;

/** The decisions table as it is, for whoever looks for what the stream did not bring. Throws Fault: Unavailable, PermissionDenied. */
export type RawDecisions = {
  /** Every item under a subject's key, by rev; read consistently. */
  readonly ofSubject: (subject: Pick<SubjectRev, 'kind' | 'id'>) => Promise<readonly RawDecision[]>;
};
