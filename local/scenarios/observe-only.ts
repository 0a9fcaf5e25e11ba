import { attemptOf, follow, measuredOf, outcomeOf, timelineOf } from './attempt.ts';
import { deploy, prepareService } from './prepare.ts';
import type { Scenario } from './scenario.ts';

/** A new service starts at observe: everything is read and decided, nothing at the forge is touched. */
export const observeOnly: Scenario = {
  name: 'observe-only',
  expected: 'Observed, nothing written to the forge',
  run: async (world, tell, turn) => {
    const service = 'payments';
    const stable = await prepareService(world, service, 'observe');
    return turn(1, async () => {
      const crashing = await deploy(world, service, 'crashing', 'Join replica 0 at the start');
      tell.note(
        `${service} is new, so Holdfast only observes; ${crashing.slice(0, 7)} crashes, ${stable.slice(0, 7)} would be the way back`,
      );
      const { id } = await attemptOf(world, service);
      const ended = await follow(world, id, tell);
      const branch = await world.sandbox.forge.head(
        'acme/gitops',
        `rollback/${service}-staging-${stable.slice(0, 7)}`,
      );
      await world.sandbox.promote(service, 'staging', stable, 'dana');
      const untouched = ended.pullRequest === undefined && branch === undefined;
      return {
        outcome: `${outcomeOf(ended)}, ${untouched ? 'nothing written to the forge' : 'the forge was written to'}`,
        subjects: [{ kind: 'rollback', id }],
        timeline: await timelineOf(world, id),
        measured: await measuredOf(world, ended),
      };
    });
  },
};
