import { followDeployment, outcomeOf, requestDeployment, subjectsOf, timelineOf } from './deployment.ts';
import { lastJudgement, measuredOf } from './deployment-measures.ts';
import { ALL, prepareFunction, publishRevision, SERVES, shareOf } from './function-service.ts';
import type { Scenario } from './scenario.ts';

/** Harm of three times the failures is to be ruled out: that takes some 23 failures, where 1.5 times takes about 150. */
const R_BAD = 3;
const STAGES = [
  { weight: 0.2, minSeconds: 60, maxSeconds: 900, minRequests: 50 },
  { weight: 0.5, minSeconds: 60, maxSeconds: 1800, minRequests: 100 },
  ALL,
];

/** A healthy change goes up its stages by itself, and to all of the traffic once the judge is sure that it is safe. */
export const deployGood: Scenario = {
  name: 'deploy-good',
  expected: 'Completed, promoted on SAFE, all of the traffic is there',
  run: async (world, tell) => {
    const plan = { callsPerSecond: 80, rollouts: { stages: STAGES, rBad: R_BAD, bakeSeconds: 60 } };
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
