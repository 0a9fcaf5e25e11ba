import type { World } from '../world.ts';
import { pullRequestAt } from './at-forge.ts';
import { attemptAfter, follow, measuredOf, outcomeOf, type Rollback, timelineOf, until } from './attempt.ts';
import { deployAndMeasure, prepareService } from './prepare.ts';
import type { Scenario } from './scenario.ts';

const TOLD_WITHIN_SECONDS = 10;

/** W5: what a service depends on goes away; a pull request is proposed, and closed when health returns before the merge. */
export const selfHeal: Scenario = {
  name: 'self-heal',
  expected: 'SelfHealed(TRANSIENT), pull request closed',
  run: async (world, tell, turn) => {
    const service = 'search';
    await prepareService(world, service, 'suggest');
    await deployAndMeasure(world, service, 'dependent', 'Ask the index for suggestions');
    return turn(1, async () => {
      const { id } = await attemptAfter(world, service, () => {
        tell.note(`${service} depends on an index, which now goes away`);
        return world.sandbox.dependency.stop();
      });
      const proposed = await follow(world, id, tell, [
        'AwaitingMerge',
        'AwaitingHumanReview',
        'Aborted',
        'SelfHealed',
      ]);
      tell.note(`the attempt is ${proposed.state.kind}; now the index comes back`);
      await world.sandbox.dependency.start();
      const ended = await follow(world, id, tell, undefined, undefined, proposed.rev);
      return {
        outcome: `${outcomeOf(ended)}, pull request ${await pullRequestState(world, ended)}`,
        subjects: [{ kind: 'rollback', id }],
        timeline: await timelineOf(world, id),
        measured: await measuredOf(world, ended),
      };
    });
  },
};

/** The forge is told after the decision is written: it gets a moment. */
function pullRequestState(world: World, { pullRequest }: Rollback): Promise<string> {
  if (pullRequest === undefined) return Promise.resolve('never opened');
  const read = async () => (await pullRequestAt(world, pullRequest)).state;
  const closed = until('the pull request to be closed', TOLD_WITHIN_SECONDS, async () =>
    (await read()) === 'closed' ? 'closed' : undefined,
  );
  return closed.catch(read);
}
