import { type Actor, decide, Fault, isoTime } from '../kernel/index.ts';
import type { RolloutDeps } from './ports.ts';
import { type Rollout, type RolloutData, rolloutOf, stateDeadline } from './rollout.ts';
import { openRolloutRule } from './rules/open-rollout.ts';

export type OpenRolloutInput = {
  /** `rol_` and the ULID of its deployment: a deployment has one rollout. */
  readonly id: string;
  readonly service: string;
  readonly environment: string;
  readonly correlationId: string;
} & Pick<
  RolloutData,
  | 'deployment'
  | 'target'
  | 'revision'
  | 'canary'
  | 'baseline'
  | 'irreversible'
  | 'bakeChoice'
  | 'before'
  | 'plan'
  | 'settings'
  | 'slos'
  | 'source'
  | 'notBy'
>;

const OPENED_BY: Actor = { type: 'rule', id: 'govern-deployment', via: 'workflow' };

/**
 * Opens the rollout of a deployment, once: opening it again answers the one that stands. Nothing moves yet. Throws
 * Fault: InvalidInput when the canary is the baseline, Conflict on a race.
 */
export async function openRolloutOf(deps: RolloutDeps, input: OpenRolloutInput): Promise<Rollout> {
  const { id, service, environment, correlationId, ...given } = input;
  const known = await deps.store.head({ kind: 'rollout', id });
  if (known !== undefined) return rolloutOf(known);
  if (given.canary === given.baseline)
    throw new Fault(
      'InvalidInput',
      `version ${given.canary} takes the traffic already: there is nothing to roll out`,
    );
  const now = deps.clock();
  const at = isoTime(now);
  const deadline = stateDeadline({ kind: 'Planned' }, given.plan, deps.timings, deps.factor) ?? 0;
  const { deployment, revision, canary, baseline, plan, settings, slos } = given;
  const decided = await decide(deps, {
    subject: { kind: 'rollout', id },
    expectedRev: 0,
    key: `open/${id}`,
    ...{ correlationId, causationId: deployment, service, environment },
    actor: OPENED_BY,
    from: 'None',
    rule: openRolloutRule,
    inputs: {
      ...{ deployment, revision, canary, baseline, plan, settings },
      ...(slos !== undefined && { slos }),
    },
    step: (outcome) => ({
      event: 'RolloutPlanned',
      events: [
        {
          type: 'RolloutPlanned',
          data: { plan: outcome.plan, stages: plan.stages.map(({ weight }) => weight), revision },
        },
      ],
      reasons: [{ code: 'PLANNED', text: planText(input) }],
      state: { kind: 'Planned' },
      data: {
        ...{ v: 1, ...given, weight: 0, waived: [], enteredAt: at },
        deadlineAt: isoTime(now + deadline * 1000),
        times: { planned: at },
      } satisfies RolloutData,
    }),
  });
  return rolloutOf(decided.head);
}

function planText({ canary, baseline, revision, plan }: OpenRolloutInput): string {
  const ladder = plan.stages.map(({ weight }) => `${Number((weight * 100).toFixed(2))} %`).join(', ');
  return `version ${canary} (${revision.slice(0, 7)}) beside ${baseline}, in stages of ${ladder}`;
}
