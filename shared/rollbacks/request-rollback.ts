import { type Actor, Fault } from '../kernel/index.ts';
import { openRollbackAttempt } from './open-rollback.ts';
import type { RollbackDeps } from './ports.ts';

export type RequestInput = {
  readonly service: string;
  readonly environment: string;
  readonly reason: string;
  readonly actor: Actor;
  readonly key: string;
};

/**
 * A person asks for a rollback: the same flow, opened without a signal and past an ended episode. It is confirmed and
 * checked like any other. Throws Fault: NotFound, KillSwitchOn, QuotaExceeded, InvalidInput (not where the service runs).
 */
export async function requestRollback(
  deps: RollbackDeps,
  input: RequestInput,
): Promise<{ readonly id: string; readonly opened: boolean }> {
  const opening = await openRollbackAttempt(deps, {
    service: input.service,
    environment: input.environment,
    trigger: { type: 'person', id: input.key, text: `${input.actor.id} asked: ${input.reason}` },
    actor: input.actor,
  });
  if (opening.kind === 'unsupported') {
    const issues = opening.reasons.map((message) => ({ path: 'environment', message }));
    throw new Fault('InvalidInput', opening.reasons.join('; '), { issues });
  }
  if (opening.kind === 'refused') {
    const name = opening.reasons.includes('KILL_SWITCH') ? 'KillSwitchOn' : 'QuotaExceeded';
    throw new Fault(name, `no rollback was opened: ${opening.reasons.join(', ')}`);
  }
  return { id: opening.id, opened: opening.kind === 'opened' };
}
