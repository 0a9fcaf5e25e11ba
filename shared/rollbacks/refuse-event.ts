import { type Actor, decide, Fault, isFault } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import type { RollbackEvent } from './contract.ts';
import type { RollbackDeps } from './ports.ts';
import { refuseEvent } from './rules/record-step.ts';

/**
 * Refuses what a person asked of an attempt in this state: a decision from the state to itself, once for each person,
 * event and state, and then Fault('Conflict') with the text. Losing the race for the rev to the workflow is no matter:
 * the refusal is said all the same.
 */
export async function refusePerson(
  deps: RollbackDeps,
  attempt: Attempt,
  refused: { readonly event: RollbackEvent; readonly actor: Actor; readonly text: string },
): Promise<never> {
  const { event, actor, text } = refused;
  const said = `${actor.id}/${event}/${attempt.state.kind}`;
  if (!attempt.data.refused?.includes(said)) await record(deps, attempt, { event, actor, text, said });
  throw new Fault('Conflict', text);
}

async function record(
  deps: RollbackDeps,
  attempt: Attempt,
  refused: {
    readonly event: RollbackEvent;
    readonly actor: Actor;
    readonly text: string;
    readonly said: string;
  },
): Promise<void> {
  const { id, rev, state, data, service, environment, correlationId, createdAt } = attempt;
  try {
    await decide(deps, {
      subject: { kind: 'rollback', id },
      expectedRev: rev,
      key: `refused/${refused.said}`,
      ...{ correlationId, service, environment, createdAt },
      actor: refused.actor,
      from: state.kind,
      rule: refuseEvent,
      inputs: { state: state.kind, event: refused.event },
      step: (outcome) => ({
        event: refused.event,
        events: [{ type: 'EventRefused', data: { event: outcome.refused } }],
        reasons: [{ code: 'REFUSED', text: refused.text }],
        state,
        data: { ...data, refused: [...(data.refused ?? []), refused.said] },
      }),
    });
  } catch (thrown) {
    if (!isFault(thrown, 'Conflict')) throw thrown;
  }
}
