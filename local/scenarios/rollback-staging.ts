import { attemptOf, follow, measuredOf, outcomeOf, timelineOf } from './attempt.ts';
import { deploy, deployAndMeasure, healthyOn, prepareService } from './prepare.ts';
import type { Scenario } from './scenario.ts';

/** W2: a deployment crashes two of three replicas; Holdfast goes back to the revision before by itself. */
export const rollbackStaging: Scenario = {
  name: 'rollback-staging',
  expected: 'RollbackComplete',
  run: async (world, tell, turn) => {
    const service = 'checkout';
    await prepareService(world, service, 'auto');
    const stable = await deployAndMeasure(world, service, 'good', 'Round the total to cents');
    return turn(1, async () => {
      tell.note(
        `${service} serves from ${stable.slice(0, 7)}; now a revision that crashes two of three replicas is deployed`,
      );
      await deploy(world, service, 'crashing', 'Join replica 0 at the start');
      const { id } = await attemptOf(world, service);
      const ended = await follow(world, id, tell);
      if (ended.state.kind === 'RollbackComplete') await healthyOn(world, service, stable);
      return {
        outcome: outcomeOf(ended),
        subjects: [{ kind: 'rollback', id }],
        timeline: await timelineOf(world, id),
        measured: await measuredOf(world, ended),
      };
    });
  },
};
