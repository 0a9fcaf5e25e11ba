import { isoTime } from '../kernel/index.ts';
import {
  makePlan,
  openRolloutOf,
  type PlanSource,
  type Rollout,
  rolloutOf,
  withdrawRollout,
} from '../rollouts/index.ts';
import { readService, type ServiceDocument } from '../services/index.ts';
import { askAgainIfMoved } from './ask-again.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { freezeBefore } from './freeze-before.ts';
import { targetOf } from './gather-facts.ts';
import { bakeChoiceOf, planChoiceOf, plannedRollout } from './planned-rollout.ts';
import type { StartDeps, TaskInput, TaskResult } from './ports.ts';
import { notByOf } from './read-approval.ts';
import {
  type StartRolloutInputs,
  type StartRolloutOutcome,
  startRolloutRule,
} from './rules/start-rollout.ts';
import { standing, takeStep } from './take-step.ts';

/**
 * Freezes what the judge will compare with, makes the plan, opens the rollout and starts its workflow. Without
 * measurements of the present version nothing is started: no baseline, no canary. A plan other than the one that a person
 * said yes to is not started either: it is asked about anew. Throws Fault when something cannot be read.
 */
export async function startRolloutOfDeployment(deps: StartDeps, input: TaskInput): Promise<TaskResult> {
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  if (deployment.state.kind !== 'Cleared') {
    await startAgain(deps, deployment);
    await withdraw(deps, deployment);
    return standing(deps, deployment);
  }
  const id = rolloutIdOf(deployment.id);
  const opened = await openedBefore(deps, id);
  // One reading of the registry: what is compared with the answer is what is rolled out.
  const document = await readService(deps, deployment.service);
  const asked =
    opened === undefined
      ? await askAgainIfMoved(deps, deployment, { key: input.key, now: plannedRollout(deployment, document) })
      : undefined;
  if (asked !== undefined) return standing(deps, asked);
  const rollout = opened ?? (await open(deps, deployment, { id, document }));
  const inputs = inputsOf(rollout);
  const moved = await takeStep(deps, deployment, {
    key: input.key,
    rule: startRolloutRule,
    inputs,
    move: (outcome) => ({
      event: 'RolloutStarted',
      state: { kind: 'RollingOut' },
      reasons: [...reasonsOf(outcome), ...inputs.notes.map((text) => ({ code: 'NOTE', text }))],
      data: { rollout: rollout.id },
      times: { rollout: isoTime(deps.clock()) },
    }),
  });
  await startAgain(deps, moved);
  return standing(deps, moved);
}

/**
 * What a start that died before it was recorded has pinned: it is not measured again, so that what the ledger foretells is
 * what runs. Undefined where there is none.
 */
async function openedBefore(deps: StartDeps, id: string): Promise<Rollout | undefined> {
  const head = await deps.store.head({ kind: 'rollout', id });
  return head === undefined ? undefined : rolloutOf(head);
}

async function open(
  deps: StartDeps,
  deployment: Deployment,
  { id, document }: { readonly id: string; readonly document: ServiceDocument },
): Promise<Rollout> {
  const target = await targetOf(deps, deployment);
  const { settings, before, traffic, slos, notes } = await freezeBefore(deps, target, document);
  const source: PlanSource = {
    ...planChoiceOf(deployment, document),
    ...{ traffic, notes: [...notes] },
  };
  return openRolloutOf(deps.rollouts, {
    ...{ id, service: deployment.service, environment: deployment.environment },
    correlationId: deployment.correlationId,
    deployment: deployment.id,
    target: { platform: target.platform, function: target.function, alias: target.alias },
    revision: deployment.data.revision,
    canary: deployment.data.canary ?? '',
    baseline: deployment.data.baseline ?? '',
    irreversible: deployment.data.irreversible ?? true,
    bakeChoice: bakeChoiceOf(document),
    ...{ before, plan: makePlan(source), settings, slos: [...slos], source },
    notBy: [...notByOf(deployment)],
  });
}

/** The forecast is made from what the rollout is pinned to; one that an earlier release has opened keeps its stages. */
function inputsOf({ id, data }: Rollout): StartRolloutInputs {
  const { plan, settings, source } = data;
  const { notes, ...choice } = source ?? {
    ...{ risk: 'critical', preset: null, stages: plan.stages, bakeSeconds: plan.bakeSeconds },
    ...{ traffic: null, notes: [] },
  };
  return { rollout: id, plan: { ...choice, settings }, notes };
}

/** A deployment has one rollout, and its id says which: `dep_X` rolls out as `rol_X`. */
function rolloutIdOf(deploymentId: string): string {
  return deploymentId.replace(/^dep_/, 'rol_');
}

/** Starts the rollout's workflow; starting it again is success. */
async function startAgain(deps: StartDeps, { state, data }: Deployment): Promise<void> {
  if (state.kind !== 'RollingOut' || data.rollout === undefined) return;
  await deps.startRollout(data.rollout, { rolloutId: data.rollout, waitSeconds: 1 });
}

/** A person ended the deployment while its rollout was being opened: nothing has moved, and it is closed as well. */
async function withdraw(deps: StartDeps, deployment: Deployment): Promise<void> {
  if (deployment.state.kind !== 'Aborted' || deployment.data.rollout !== undefined) return;
  const id = rolloutIdOf(deployment.id);
  if (await withdrawRollout(deps.rollouts, id))
    await deps.startRollout(id, { rolloutId: id, waitSeconds: 1 });
}

function reasonsOf(outcome: StartRolloutOutcome) {
  return outcome.reasons.map((text) => ({ code: 'PLANNED', text }));
}
