import type { Subject } from '../../kernel/index.ts';

const REV_DIGITS = 6;

/** `<KIND>#<id>`: the partition key of a subject in decisions, payloads and heads. */
export function subjectKey(subject: { readonly kind: string; readonly id: string }): string {
  return `${subject.kind.toUpperCase()}#${subject.id}`;
}

/** `REV#000007`: the sort key of one step, so that steps sort by rev. */
export function revKey(rev: number): string {
  return `REV#${String(rev).padStart(REV_DIGITS, '0')}`;
}

/** Both keys of one step. */
export function stepKey(subject: Subject, rev: number): { pk: string; sk: string } {
  return { pk: subjectKey(subject), sk: revKey(rev) };
}
