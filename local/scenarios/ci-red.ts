import type { World } from '../world.ts';
import { commentsOn, pullRequestAt } from './at-forge.ts';
import { attemptOf, follow, measuredOf, outcomeOf, type Rollback, timelineOf, until } from './attempt.ts';
import { deploy, deployAndMeasure, prepareService } from './prepare.ts';
import type { Scenario } from './scenario.ts';

const GITOPS = 'acme/gitops-billing';

/** W4: the repository's own check refuses the way back; nothing is merged, and a person takes over. */
export const ciRed: Scenario = {
  name: 'ci-red',
  expected: 'AwaitingHumanReview(CI_FAILED), told once, never merged, then Aborted(MANUAL_TAKEOVER)',
  run: async (world, tell, turn) => {
    const service = 'billing';
    await prepareService(world, service, 'auto', { gitops: GITOPS });
    const leaky = await deployAndMeasure(world, service, 'good', 'Log every order');
    return turn(1, async () => {
      await withdraw(world, leaky);
      tell.note(
        `${leaky.slice(0, 7)} leaks orders and was withdrawn: CI lets it no more be deployed; its fix crashes`,
      );
      await deploy(world, service, 'crashing', 'Log no orders');
      const { id } = await attemptOf(world, service);
      const red = await follow(world, id, tell);
      await until('people to be told', 60, async () =>
        (await timesTold(world, red)) > 0 ? true : undefined,
      );
      tell.note('the rollback is held; the person on call takes over and deploys a better fix');
      await world.api('POST', `/v1/rollbacks/${id}/review`, {
        verdict: 'manual',
        reason: 'the way back is withdrawn: I fix it forward',
      });
      const ended = await follow(world, id, tell, ['Aborted'], undefined, red.rev);
      await deploy(world, service, 'good', 'Log no orders, and start');
      const merged = red.pullRequest !== undefined && (await pullRequestAt(world, red.pullRequest)).merged;
      const told = await timesTold(world, red);
      return {
        outcome: [
          outcomeOf(red),
          told === 1 ? 'told once' : `told ${told} times`,
          `${merged ? 'wrongly' : 'never'} merged`,
          `then ${outcomeOf(ended)}`,
        ].join(', '),
        subjects: [{ kind: 'rollback', id }],
        timeline: await timelineOf(world, id),
        measured: await measuredOf(world, ended),
      };
    });
  },
};

/** How often people were told of the red check: under the pull request, and in the chat. The more counts. */
async function timesTold(world: World, { service, pullRequest }: Rollback): Promise<number> {
  if (pullRequest === undefined) return 0;
  const words = `${service} in staging: a check of the rollback pull request is red`;
  const comments = (await commentsOn(world, pullRequest)).filter(({ body }) => body.includes(words));
  const messages = world.sandbox.inbox.messages().filter(({ text }) => text.includes(words));
  return Math.min(comments.length, messages.length) === 0 ? 0 : Math.max(comments.length, messages.length);
}

/** A check of the repository that fails while a manifest names a withdrawn revision. */
async function withdraw(world: World, revision: string): Promise<void> {
  const checks = {
    checks: [
      { name: 'manifests', command: ['node', 'verify.mjs'] },
      { name: 'withdrawn', command: ['node', 'withdrawn.mjs'] },
    ],
  };
  const files = {
    'checks.json': `${JSON.stringify(checks, null, 2)}\n`,
    'withdrawn.txt': `${revision}\n`,
    'withdrawn.mjs': WITHDRAWN,
  };
  await world.sandbox.forge.commit(GITOPS, 'main', files, `Withdraw ${revision.slice(0, 7)}`, 'dana');
}

const WITHDRAWN = `import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const withdrawn = readFileSync('withdrawn.txt', 'utf8').split(/\\s+/).filter(Boolean);
for (const path of readdirSync('apps', { recursive: true }).filter((name) => name.endsWith('.yaml'))) {
  const text = readFileSync(join('apps', path), 'utf8');
  const named = withdrawn.find((revision) => text.includes(revision));
  if (named === undefined) continue;
  console.error(path + ' names ' + named + ', which was withdrawn');
  process.exitCode = 1;
}
`;
