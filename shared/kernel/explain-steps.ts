import type { Decision, Envelope } from './decision.ts';

/** One decision in plain words. */
export type ExplainedStep = {
  readonly rev: number;
  readonly at: string;
  readonly text: string;
  readonly rule: string;
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
};

/** What a decision did, by which rule, and why; of an erased one only what its envelope says. */
export function explainStep(step: {
  readonly envelope: Envelope;
  readonly decision?: Decision;
}): ExplainedStep {
  const { envelope, decision } = step;
  const { rev, at, event, from, to } = envelope;
  if (decision === undefined) {
    const reasons = [{ code: 'ERASED', text: 'the content of this decision was erased' }];
    return { rev, at, text: `${event}: ${from} -> ${to}`, rule: '', reasons };
  }
  const who = decision.actor.type === 'person' ? ` by ${decision.actor.id}` : '';
  return {
    ...{ rev, at, text: `${event}${who}: ${from} -> ${to}` },
    rule: `${decision.rule.name} v${decision.rule.version}`,
    reasons: decision.reasons.map(({ code, text }) => ({ code, text })),
  };
}
