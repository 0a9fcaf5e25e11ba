import type { Decision, Envelope } from './decision.ts';
import type { Payload } from './store.ts';

type Step = { readonly envelope: Envelope; readonly payload?: Payload; readonly decision?: Decision };

/** A decision as the API shows it: whole, with what proves it (SHA-256(0x03 || salt || its canonical JSON) = commitment). */
export type DecisionView =
  | (Decision & { readonly seal: { readonly commitment: string; readonly salt: string } })
  | (Envelope & { readonly erased: true });

/** All decisions of a subject, oldest first. Of an erased one only the envelope is left. */
export function viewDecisions(steps: readonly Step[]): { readonly items: readonly DecisionView[] } {
  return { items: steps.map(viewOf) };
}

function viewOf({ envelope, payload, decision }: Step): DecisionView {
  if (payload === undefined || decision === undefined) return { ...envelope, erased: true };
  return { ...decision, seal: { commitment: envelope.commitment, salt: payload.salt } };
}
