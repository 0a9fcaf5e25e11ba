import {
  decimal,
  explainStep,
  type HeadQuery,
  type Page,
  type Store,
  viewDecisions,
} from '../kernel/index.ts';
import type { Judgement, Judgements } from './ports.ts';
import { approvalIdOf } from './read-approval.ts';
import { recoveryOf } from './recovery.ts';
import { loadRollout, type Rollout, rolloutOf } from './rollout.ts';
import { limitsOf } from './rules/judge-settings.ts';

/** The public form of a rollout: subject fields, then what an operator asks for first. */
export function rolloutView(rollout: Rollout, judgement?: Judgement) {
  const { id, rev, state, service, environment, correlationId, createdAt, updatedAt, data } = rollout;
  const { deployment, revision, canary, baseline, weight, plan, settings, stage, deadlineAt, times } = data;
  const approval = approvalIdOf(rollout);
  const { harm, safe } = limitsOf(settings);
  return {
    ...{
      kind: 'rollout' as const,
      id,
      rev,
      state,
      service,
      environment,
      correlationId,
      createdAt,
      updatedAt,
    },
    ...{ deployment, revision, canary, baseline, weight, plan, settings },
    // what the logarithms of a judgement are compared with
    limits: { logE: decimal(harm), logSafe: decimal(safe) },
    ...(data.condemned !== undefined && { condemned: data.condemned }),
    ...(stage !== undefined && { stage }),
    ...(approval !== undefined && { approval }),
    ...(deadlineAt !== undefined && { deadlineAt }),
    ...(judgement !== undefined && { judgement }),
    times,
  };
}

/** One rollout, with what the judge saw last. Throws Fault('NotFound'). */
export async function getRollout(
  deps: { readonly store: Store; readonly judgements: Judgements },
  id: string,
) {
  const rollout = await loadRollout(deps.store, id);
  return rolloutView(rollout, await deps.judgements.get(id));
}

/** Rollouts, newest first. */
export async function listRollouts(
  store: Store,
  query: Omit<HeadQuery, 'kind'>,
): Promise<Page<ReturnType<typeof rolloutView>>> {
  const page = await store.heads({ ...query, kind: 'rollout' });
  return {
    items: page.items.map((head) => rolloutView(rolloutOf(head))),
    ...(page.cursor !== undefined && { cursor: page.cursor }),
  };
}

/** A rollout's decisions, whole, oldest first. Throws Fault('NotFound'). */
export async function listRolloutDecisions(store: Store, id: string) {
  await loadRollout(store, id);
  return viewDecisions(await store.decisions({ kind: 'rollout', id }));
}

/** Why a rollout stands where it stands, in plain words, from its recorded decisions alone. Throws Fault('NotFound'). */
export async function explainRollout(store: Store, id: string) {
  const rollout = await loadRollout(store, id);
  const { state, service, environment } = rollout;
  const records = await store.decisions({ kind: 'rollout', id });
  const decisions = records.flatMap(({ decision }) => (decision === undefined ? [] : [decision]));
  return {
    kind: 'rollout' as const,
    id,
    summary: summaryOf(rollout),
    state,
    service,
    environment,
    // What was erased may be the verdict or the answer: a part would tell wrong times.
    ...(decisions.length === records.length && { recovery: recoveryOf(rollout, decisions) }),
    steps: records.map(explainStep),
    next: nextOf(rollout),
  };
}

function summaryOf({ service, environment, state, data }: Rollout): string {
  const why = 'reason' in state ? ` (${state.reason})` : '';
  const share = `${Number((data.weight * 100).toFixed(2))} %`;
  return `Version ${data.canary} (${data.revision.slice(0, 7)}) of ${service} in ${environment} has ${share} of the traffic; the rollout is ${state.kind}${why}.`;
}

function nextOf(rollout: Rollout): string {
  const { state, data } = rollout;
  const until = data.deadlineAt === undefined ? '' : ` until ${data.deadlineAt}`;
  switch (state.kind) {
    case 'Planned':
    case 'Shifting':
      return `The traffic is being moved${until}.`;
    case 'AtStage': {
      const stage = data.plan.stages[state.stage];
      return `Goes on after ${stage?.minSeconds ?? 0} s and ${stage?.minRequests ?? 0} requests of the canary, unless the judge says otherwise.`;
    }
    case 'Held':
      return `An approver must answer ${approvalIdOf(rollout) ?? ''}${until}; without an answer ${state.reason === 'IRREVERSIBLE' ? 'the traffic stays where it is' : 'the canary goes back'}.`;
    case 'Paused':
      return `A person paused it: resume, promote or abort it${until}.`;
    case 'RollingBack':
      return 'The traffic is being moved back.';
    case 'Baking':
      return `All of the traffic is there; it is watched${until}.`;
    case 'Promoted':
    case 'RolledBack':
    case 'Aborted':
      return 'Ended.';
  }
}
