import type { World } from '../world.ts';
import { servedBetween } from './at-lambda.ts';
import { everyDecision, type Standing } from './deployment.ts';
import type { FunctionService } from './function-service.ts';
import type { Measured } from './scenario.ts';

/** What the judge's rule answered, as its decisions hold it. */
type Judged = {
  readonly at: string;
  readonly verdict: string;
  readonly by?: string;
  readonly logE: string;
  readonly logSafe: string;
};

/** The judge's last decision on a rollout; undefined when none of its looks changed anything. */
export async function lastJudgement(world: World, standing: Standing): Promise<Judged | undefined> {
  return (await judgements(world, standing)).at(-1);
}

async function judgements(world: World, standing: Standing): Promise<readonly Judged[]> {
  const decisions = await everyDecision(world, standing);
  return decisions.flatMap(({ rule, at, outcome }) =>
    rule.name === 'advance-rollout' ? [{ at, ...(outcome as { judge: Omit<Judged, 'at'> }).judge }] : [],
  );
}

/**
 * What a deployment took and what its canary cost, from its recorded times and the platform's own metrics: real seconds from
 * the first shift to the verdict and from the verdict to 0 %; shares, from 0 to 1, of all requests in that time.
 */
export async function measuredOf(
  world: World,
  service: FunctionService,
  standing: Standing,
): Promise<Measured> {
  const { deployment, rollout } = standing;
  const whole = secondsBetween(deployment.times.requested, deployment.times.ended);
  const workflow = await world.workflowTime(deployment.id);
  const spans = {
    ...(whole !== undefined && { wholeSeconds: whole }),
    ...{ controlPlaneSeconds: workflow.controlPlaneSeconds, historyEvents: workflow.historyEvents },
  };
  if (rollout?.times.started === undefined) return spans;
  const { started, zero, promoted } = rollout.times;
  const all = await judgements(world, standing);
  const decided = all.find(({ verdict }) => verdict !== 'UNDECIDED');
  const last = all.at(-1);
  const until = zero ?? promoted ?? rollout.times.ended ?? new Date().toISOString();
  const served = await servedBetween(world, { ...service, version: rollout.canary }, started, until);
  const share = (part: number) => (served.all.requests === 0 ? 0 : part / served.all.requests);
  const rolling = await world.workflowTime(rollout.id);
  return {
    ...spans,
    controlPlaneSeconds: workflow.controlPlaneSeconds + rolling.controlPlaneSeconds,
    historyEvents: workflow.historyEvents + rolling.historyEvents,
    ...(decided !== undefined && { verdictSeconds: secondsBetween(started, decided.at) ?? 0 }),
    ...(rollout.times.verdict !== undefined && {
      toZeroSeconds: secondsBetween(rollout.times.verdict, zero) ?? Number.NaN,
    }),
    ...{ requests: served.all.requests, canaryRequests: served.version.requests },
    ...{ canaryShare: share(served.version.requests), failedByCanary: share(served.version.failures) },
    ...(last !== undefined && { logE: Number(last.logE), logSafe: Number(last.logSafe) }),
  };
}

function secondsBetween(from: string | undefined, to: string | undefined): number | undefined {
  return from === undefined || to === undefined ? undefined : (Date.parse(to) - Date.parse(from)) / 1000;
}
