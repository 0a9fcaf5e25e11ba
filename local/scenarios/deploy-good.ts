import { followDeployment, outcomeOf, requestDeployment, subjectsOf, timelineOf } from './deployment.ts';
import { lastJudgement, measuredOf } from './deployment-measures.ts';
import { ALL, prepareFunction, publishRevision, SERVES, shareOf, stopCalls } from './function-service.ts';
import type { Scenario } from './scenario.ts';

/** Four times the failures are to be ruled out: that takes a tenth of the failures that 1.5 times takes. */
const R_BAD = 4;
/** At one half it stays until an interval has closed and the judge is sure, and no longer. */
const STAGES = [
  { weight: 0.2, minSeconds: 60, maxSeconds: 900, minRequests: 50 },
  { weight: 0.5, minSeconds: 0, maxSeconds: 1800, minRequests: 0 },
  ALL,
];

/** A healthy change goes up its stages by itself, and to all of the traffic once the judge is sure that it is safe. */
export const deployGood: Scenario = {
  name: 'deploy-good',
  expected: 'Completed, promoted on SAFE, all of the traffic is there',
  run: async (world, tell) => {
    const plan = { callsPerSecond: 100, rollouts: { stages: STAGES, rBad: R_BAD, bakeSeconds: 0 } };
    const service = await prepareFunction(world, {
      ...{ service: 'quotes', environment: 'staging' as const },
      ...plan,
    });
    const revision = await publishRevision(world, service, SERVES.well, 'Quote in the currency of the order');
    tell.note(
      `quotes is a function under ${plan.callsPerSecond} calls a second, 1 in 100 of which fails; dana deploys ${revision.slice(0, 7)}, which is as good`,
    );
    const { id } = await requestDeployment(world, service, revision);
    const ended = await followDeployment(world, id, tell).until();
    stopCalls(world, service);
    const judged = await lastJudgement(world, ended);
    const share = await shareOf(world, service, ended.deployment.canary ?? '');
    return {
      outcome: [
        outcomeOf(ended.deployment),
        `promoted on ${judged?.verdict ?? 'nothing'}`,
        share === 1 ? 'all of the traffic is there' : `${share * 100} % of the traffic is there`,
      ].join(', '),
      subjects: subjectsOf(ended),
      timeline: await timelineOf(world, ended),
      measured: await measuredOf(world, service, ended),
    };
  },
};
