import type { World } from '../world.ts';
import {
  followDeployment,
  outcomeOf,
  requestDeployment,
  type Standing,
  subjectsOf,
  timelineOf,
} from './deployment.ts';
import { lastJudgement, measuredOf } from './deployment-measures.ts';
import { ALL, prepareFunction, publishRevision, SERVES, shareOf, stopCalls } from './function-service.ts';
import type { Scenario } from './scenario.ts';

const STAGES = [
  { weight: 0.2, minSeconds: 300, maxSeconds: 900, minRequests: 500 },
  { weight: 0.5, minSeconds: 300, maxSeconds: 900, minRequests: 500 },
  ALL,
];

/** One change in ten fails: the judge takes it back by itself, and it is not rolled out again. */
export const deployBadErrors = badChange({
  ...{ name: 'deploy-bad-errors', service: 'basket', behaviour: SERVES.errors, by: 'errors' },
  message: 'Hold one connection for each line of the basket',
  what: 'which fails 1 call in 10 instead of 1 in 100',
});

/** No more failures, but it takes two and a half times as long: the judge sees that by the thresholds frozen before the start. */
export const deploySlow = badChange({
  ...{ name: 'deploy-slow', service: 'delivery', behaviour: SERVES.slow, by: 'latency' },
  message: 'Ask the carrier for each line of the order',
  what: `which takes ${SERVES.slow.milliseconds} ms instead of ${SERVES.well.milliseconds} ms`,
});

type BadChange = {
  readonly name: string;
  readonly service: string;
  readonly behaviour: Parameters<typeof publishRevision>[2];
  readonly by: string;
  readonly message: string;
  readonly what: string;
};

function badChange({ name, service: of, behaviour, by, message, what }: BadChange): Scenario {
  return {
    name,
    expected: `RolledBack by ${by}, canary at 0 % within one interval of the verdict, tried again: Blocked(REVISION_CONDEMNED)`,
    run: async (world, tell) => {
      const service = await prepareFunction(world, {
        ...{ service: of, environment: 'staging', callsPerSecond: 60 },
        rollouts: { stages: STAGES, bakeSeconds: 0 },
      });
      const revision = await publishRevision(world, service, behaviour, message);
      tell.note(`${of} is a function under 60 calls a second; dana deploys ${revision.slice(0, 7)}, ${what}`);
      const { id } = await requestDeployment(world, service, revision);
      const ended = await followDeployment(world, id, tell).until();
      const share = await shareOf(world, service, ended.deployment.canary ?? '');
      const again = await requestDeployment(world, service, revision);
      tell.note(`the same revision is asked for once more: ${again.id}`);
      const refused = await followDeployment(world, again.id, tell).until();
      stopCalls(world, service);
      const judged = await lastJudgement(world, ended);
      const measured = await measuredOf(world, service, ended);
      return {
        outcome: [
          `${outcomeOf(ended.deployment)} by ${judged?.by ?? 'nobody'}`,
          `canary at ${share * 100} % ${whenText(measured.toZeroSeconds, intervalOf(world, ended))}`,
          `tried again: ${outcomeOf(refused.deployment)}`,
        ].join(', '),
        subjects: [...subjectsOf(ended), ...subjectsOf(refused)],
        timeline: [...(await timelineOf(world, ended)), ...(await timelineOf(world, refused))],
        measured,
      };
    },
  };
}

/** Real seconds of one interval of the judge in this world. */
function intervalOf(world: World, { rollout }: Standing): number {
  return (rollout?.plan.intervalSeconds ?? 0) / world.speed;
}

/** How soon after its verdict it was back: what is late is said, so that the journey has not ended as it must. */
export function whenText(toZero: number | string | undefined, interval: number): string {
  return typeof toZero === 'number' && toZero >= 0 && toZero <= interval
    ? 'within one interval of the verdict'
    : `${toZero ?? '?'} s after the verdict, later than one interval of ${interval} s`;
}
