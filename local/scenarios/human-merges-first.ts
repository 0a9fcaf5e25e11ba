import { pullRequestAt } from './at-forge.ts';
import { attemptOf, decisionsOf, follow, measuredOf, outcomeOf, timelineOf } from './attempt.ts';
import { deploy, deployAndMeasure, healthyOn, prepareService } from './prepare.ts';
import type { Scenario } from './scenario.ts';

/** W14: Holdfast only suggests; a person merges the pull request at the forge, and the recovery is watched all the same. */
export const humanMergesFirst: Scenario = {
  name: 'human-merges-first',
  expected: 'RollbackComplete, merged by lee and recorded as merged by a person',
  run: async (world, tell, turn) => {
    const service = 'shipping';
    await prepareService(world, service, 'suggest', { gitops: 'acme/gitops-shipping' });
    const stable = await deployAndMeasure(world, service, 'good', 'Weigh parcels in grams');
    return turn(1, async () => {
      tell.note(`${service} is at suggest: Holdfast opens the pull request, and a person merges it`);
      await deploy(world, service, 'crashing', 'Join replica 0 at the start');
      const { id } = await attemptOf(world, service);
      const proposed = await follow(world, id, tell, ['AwaitingMerge', 'AwaitingHumanReview', 'Aborted']);
      const { pullRequest } = proposed;
      if (pullRequest === undefined) throw new Error(`no pull request was opened: ${outcomeOf(proposed)}`);
      tell.note(`lee merges pull request #${pullRequest.number} at the forge`);
      await world.sandbox.forge.mergePull({ ...pullRequest, login: 'lee' });
      const ended = await follow(world, id, tell, undefined, undefined, proposed.rev);
      if (ended.state.kind === 'RollbackComplete') await healthyOn(world, service, stable);
      const { merged_by } = await pullRequestAt(world, pullRequest);
      const events = (await decisionsOf(world, id)).map(({ event }) => event);
      const recorded = events.includes('PullRequestMergedByHuman') && ended.merge?.byPerson === true;
      return {
        outcome: `${outcomeOf(ended)}, merged by ${merged_by?.login ?? 'nobody'} and recorded as merged by ${recorded ? 'a person' : 'Holdfast'}`,
        subjects: [{ kind: 'rollback', id }],
        timeline: await timelineOf(world, id),
        measured: await measuredOf(world, ended),
      };
    });
  },
};
