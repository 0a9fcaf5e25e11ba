import { decide, isFault } from '../kernel/index.ts';
import { loadService } from '../services/index.ts';
import type { OpenInput } from './open-rollback.ts';
import type { RollbackDeps } from './ports.ts';
import { type OpenRefusal, type OpenRollbackInputs, openRollback } from './rules/open-rollback.ts';

const TEXTS: Readonly<Record<OpenRefusal, string>> = {
  KILL_SWITCH: 'the kill switch is on',
  EPISODE_ENDED: 'this revision had its attempt; another revision, 60 s of health or a person opens the next',
  QUOTA_PER_DAY: 'the attempts of this service for today are used up: people only',
  QUOTA_AT_ONCE: 'too many attempts are open at once',
};

/**
 * Records "would have opened" as a decision of the service, once for each environment, episode and set of reasons:
 * a storm of signals is one decision.
 */
export async function refuseOpening(
  deps: RollbackDeps,
  input: OpenInput,
  inputs: OpenRollbackInputs,
): Promise<void> {
  const service = await loadService(deps, input.service);
  const { refusals } = openRollback.decide(inputs);
  const what = `${inputs.previous?.id ?? ''}/${inputs.revision ?? ''}/${refusals.join('+')}`;
  const said = saidOf(service.head.data.notOpened);
  if (said[input.environment] === what) return;
  try {
    await decide(deps, {
      subject: { kind: 'service', id: input.service },
      expectedRev: service.rev,
      key: `not-opened/${input.environment}/${what}/${service.rev}`,
      correlationId: input.trigger.id,
      service: input.service,
      environment: input.environment,
      createdAt: service.head.createdAt,
      actor: input.actor,
      from: service.head.state.kind,
      rule: openRollback,
      inputs,
      step: (outcome) => ({
        event: 'RollbackNotOpened',
        events: [{ type: 'RollbackNotOpened', data: { refusals: outcome.refusals } }],
        reasons: outcome.refusals.map((code) => ({
          code,
          text: `would have opened a rollback in ${input.environment}, but ${TEXTS[code]}`,
        })),
        state: service.head.state,
        data: { ...service.head.data, notOpened: { ...said, [input.environment]: what } },
      }),
    });
  } catch (thrown) {
    // Somebody else wrote about the service meanwhile: the next signal says it again if it is still so.
    if (!isFault(thrown, 'Conflict')) throw thrown;
  }
}

function saidOf(stored: unknown): Readonly<Record<string, string>> {
  if (stored === null || typeof stored !== 'object') return {};
  return Object.fromEntries(
    Object.entries(stored).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
