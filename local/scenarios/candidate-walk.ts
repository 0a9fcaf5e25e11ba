import { attemptOf, follow, measuredOf, outcomeOf, timelineOf } from './attempt.ts';
import { deploy, deployAndMeasure, prepareService } from './prepare.ts';
import type { Scenario } from './scenario.ts';

/** W6: newest first, one ancestor's own test is red, the next answered 93 % of its requests, the third is stable. */
export const candidateWalk: Scenario = {
  name: 'candidate-walk',
  expected: 'RollbackComplete on the third candidate',
  run: async (world, tell, turn) => {
    const service = 'catalog';
    const stable = await prepareService(world, service, 'auto');
    const flaky = await deployAndMeasure(world, service, 'flaky', 'Share one pool of connections');
    const red = await world.sandbox.release(service, 'red', 'Simplify the total', 'dana');
    return turn(1, async () => {
      tell.note(
        `${service}: ${stable.slice(0, 7)} is stable, ${flaky.slice(0, 7)} drops requests, ${red.slice(0, 7)} fails its own test; now a crashing one is deployed`,
      );
      await deploy(world, service, 'crashing', 'Join replica 0 at the start');
      const { id } = await attemptOf(world, service);
      const ended = await follow(world, id, tell);
      const third = ended.candidate?.revision === stable;
      return {
        outcome: third
          ? `${outcomeOf(ended)} on the third candidate`
          : `${outcomeOf(ended)} on ${ended.candidate?.revision ?? 'no candidate'}`,
        subjects: [{ kind: 'rollback', id }],
        timeline: await timelineOf(world, id),
        measured: await measuredOf(world, ended),
      };
    });
  },
};
