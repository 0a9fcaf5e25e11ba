import { Fault, isFault, isoTime } from '../kernel/index.ts';
import type { LambdaTarget } from '../ports/traffic.ts';
import {
  type JudgeSettings,
  judgeSettings,
  openRolloutOf,
  type PlanTraffic,
  withdrawRollout,
} from '../rollouts/index.ts';
import { readService } from '../services/index.ts';
import { type Deployment, loadDeployment } from './deployment.ts';
import { targetOf } from './gather-facts.ts';
import { LOOK_BACK, lookBack } from './look-back.ts';
import type { StartDeps, TaskInput, TaskResult } from './ports.ts';
import { notByOf } from './read-approval.ts';
import {
  type StartRolloutInputs,
  type StartRolloutOutcome,
  startRolloutRule,
} from './rules/start-rollout.ts';
import { standing, takeStep } from './take-step.ts';

const BAKE_SECONDS = 600;

/**
 * Freezes what the judge will compare with, makes the plan, opens the rollout and starts its workflow. Without
 * measurements of the present version nothing is started: no baseline, no canary. Throws Fault when they cannot be read.
 */
export async function startRolloutOfDeployment(deps: StartDeps, input: TaskInput): Promise<TaskResult> {
  const deployment = await loadDeployment(deps.store, input.deploymentId);
  if (deployment.state.kind !== 'Cleared') {
    await startAgain(deps, deployment);
    await withdraw(deps, deployment);
    return standing(deps, deployment);
  }
  const target = await targetOf(deps, deployment);
  const document = await readService(deps, deployment.service);
  const { rollouts } = document;
  const id = rolloutIdOf(deployment.id);
  const frozen = await freeze(deps, target, document);
  const inputs: StartRolloutInputs = {
    rollout: id,
    plan: {
      risk: deployment.data.risk?.band ?? 'critical',
      ...{ preset: deployment.data.preset ?? null, stages: rollouts?.stages ?? null },
      bakeSeconds: rollouts?.bakeSeconds ?? BAKE_SECONDS,
      ...{ traffic: frozen.traffic, settings: frozen.settings },
    },
    notes: frozen.notes,
  };
  const { plan } = startRolloutRule.decide(inputs);
  const rollout = await openRolloutOf(deps.rollouts, {
    ...{ id, service: deployment.service, environment: deployment.environment },
    correlationId: deployment.correlationId,
    deployment: deployment.id,
    target: { platform: target.platform, function: target.function, alias: target.alias },
    revision: deployment.data.revision,
    canary: deployment.data.canary ?? '',
    baseline: deployment.data.baseline ?? '',
    irreversible: deployment.data.irreversible ?? true,
    bakeChoice: rollouts?.bake ?? 'page',
    ...{ before: frozen.before, plan, settings: frozen.settings, notBy: [...notByOf(deployment)] },
  });
  const moved = await takeStep(deps, deployment, {
    key: input.key,
    rule: startRolloutRule,
    inputs,
    move: (outcome) => ({
      event: 'RolloutStarted',
      state: { kind: 'RollingOut' },
      reasons: [...reasonsOf(outcome), ...frozen.notes.map((text) => ({ code: 'NOTE', text }))],
      data: { rollout: rollout.id },
      times: { rollout: isoTime(deps.clock()) },
    }),
  });
  await startAgain(deps, moved);
  return standing(deps, moved);
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

type Document = Awaited<ReturnType<typeof readService>>;
type Slo = Document['slos'][number];

function latencyOf({ indicator }: Slo): readonly number[] {
  return indicator.kind === 'latency' ? [indicator.ms] : [];
}

type Frozen = {
  readonly settings: JudgeSettings;
  readonly traffic: PlanTraffic;
  readonly before: { readonly requests: number; readonly failures: number };
  readonly notes: readonly string[];
};

/** Thresholds and rates of what runs now, before anything of the new version is seen. Throws Fault Unavailable without any. */
async function freeze(deps: StartDeps, target: LambdaTarget, { slos, rollouts }: Document): Promise<Frozen> {
  const slo = slos.flatMap(latencyOf);
  const now = deps.clock();
  const window = { from: isoTime(now - (LOOK_BACK * 1000) / deps.factor), to: isoTime(now) };
  const total = await deps.metrics.total(target, { ...window, thresholds: [] });
  if (total === undefined || total.n === 0)
    throw new Fault(
      'Unavailable',
      `nothing was measured of ${target.service} in ${target.environment}: there is no baseline`,
    );
  const quantiles = await deps.metrics.thresholds(target, window);
  const before = await lookBack(deps, target, now);
  const crossed = quantiles === undefined ? [] : [quantiles.p90, quantiles.p99];
  const wanted = quantiles === undefined ? slo : [...slo, quantiles.p90, quantiles.p99];
  const slow = quantiles === undefined ? null : quantiles.p99 * P99_FACTOR;
  const { thresholds, notes } = await countable(deps, target, window, [...new Set(wanted)]);
  const kill =
    slow === null ? { thresholds: [], notes: [NO_QUANTILES] } : await countable(deps, target, window, [slow]);
  return {
    settings: judgeSettings({
      ...(rollouts?.rBad !== undefined && { rBad: rollouts.rBad }),
      // frozen: an estimate that is made while it runs does not see the first burst
      fano: before.fano,
      killSwitch: { slowerThan: kill.thresholds[0] ?? null },
      // a bound that nobody crosses certifies nothing: SAFE is asked of what the version before does cross
      latency: { thresholds: [...thresholds], certify: thresholds.filter((ms) => crossed.includes(ms)) },
    }),
    traffic: { requestsPerMinute: before.requestsPerMinute, failureRate: total.errors / total.n },
    before: { requests: total.n, failures: total.errors },
    notes: [...notes, ...kill.notes],
  };
}

/** The kill switch's p99 is so many times the baseline's. */
const P99_FACTOR = 5;
const NO_QUANTILES =
  'how fast the present version answers could not be read: latency is not judged beyond the SLO';

/** Which of these thresholds the provider can count at; a note for each that it cannot. */
async function countable(
  deps: StartDeps,
  target: LambdaTarget,
  window: { readonly from: string; readonly to: string },
  thresholds: readonly number[],
): Promise<{ readonly thresholds: readonly number[]; readonly notes: readonly string[] }> {
  const tried = await Promise.all(
    thresholds.map(async (ms) => {
      try {
        await deps.metrics.total(target, { ...window, thresholds: [ms] });
        return { ms, note: undefined };
      } catch (thrown) {
        if (!isFault(thrown, 'InvalidInput')) throw thrown;
        return { ms, note: `slower than ${ms} ms is not judged: ${thrown.message}` };
      }
    }),
  );
  return {
    thresholds: tried.filter(({ note }) => note === undefined).map(({ ms }) => ms),
    notes: tried.flatMap(({ note }) => (note === undefined ? [] : [note])),
  };
}
