import type { World } from '../world.ts';
import { commentsOn, pullRequestAt } from './at-forge.ts';
import { attemptOf, follow, measuredOf, outcomeOf, type Rollback, timelineOf, until } from './attempt.ts';
import { introducePeople } from './people.ts';
import { deploy, deployAndMeasure, healthyOn, prepareService } from './prepare.ts';
import type { Scenario, TimelineEntry } from './scenario.ts';

/** A checkpoint comes within some seconds; a busy laptop may take a minute. */
const PLACE = {
  ...{ environment: 'production', gitops: 'acme/gitops-accounts', awaitCheckpoint: true },
  timings: { checkpointWait: 600 },
} as const;

/** W3: in production a pull request waits for a person who did not write the change, then for a checkpoint that covers the decision. */
export const rollbackProduction: Scenario = {
  name: 'rollback-production',
  expected:
    'RollbackComplete, refused to its author, merged only after lee approved, and a checkpoint covered the decision',
  run: async (world, tell, turn) => {
    const service = 'accounts';
    await introducePeople(world);
    await prepareService(world, service, 'auto', PLACE);
    const stable = await deployAndMeasure(world, service, 'good', 'Round the total to cents', 'production');
    return turn(1, async () => {
      tell.note(
        `${service} serves production from ${stable.slice(0, 7)}; now dana deploys a revision that crashes`,
      );
      await deploy(world, service, 'crashing', 'Join replica 0 at the start', 'production');
      const { id } = await attemptOf(world, service);
      const asked = await follow(world, id, tell, ['AwaitingMerge', 'AwaitingHumanReview', 'Aborted']);
      const { pullRequest } = asked;
      if (pullRequest === undefined) throw new Error(`no pull request was opened: ${outcomeOf(asked)}`);
      await askedFor(world, service);
      tell.note('lee and dana are asked; dana, who wrote the change, comments APPROVE, and is refused');
      const refused = await commentAndRead(world, asked, 'dana', 'APPROVE it is fine');
      const before = await pullRequestAt(world, pullRequest);
      tell.note('lee comments APPROVE; the merge then awaits a signed checkpoint that covers the decision');
      await commentAndRead(world, asked, 'lee', 'APPROVE customers cannot sign in');
      const ended = await follow(world, id, tell, undefined, undefined, asked.rev);
      if (ended.state.kind === 'RollbackComplete') await healthyOn(world, service, stable, 'production');
      const [approval] = await approvalsOf(world, service);
      const approvedAt = approval?.answer?.at ?? '9999';
      const approved = !before.merged && approvedAt <= (ended.times.merged ?? '');
      const timeline = await timelineOf(world, id);
      return {
        outcome: [
          outcomeOf(ended),
          refused.includes('four eyes') ? 'refused to its author' : refused,
          approved ? `merged only after ${approval?.answer?.person} approved` : 'merged without an approval',
          afterCheckpoint(timeline),
        ].join(', '),
        subjects: [{ kind: 'rollback', id }],
        timeline,
        measured: await measuredOf(world, ended),
      };
    });
  },
};

/** The merge is made only once covered; that it had to wait stands in its history. */
function afterCheckpoint(timeline: readonly TimelineEntry[]): string {
  return timeline.some(({ decision }) => decision.startsWith('CheckpointAwaited'))
    ? 'and a checkpoint covered the decision'
    : 'and without awaiting a checkpoint';
}

type Approval = {
  readonly for: { readonly kind: string };
  readonly state: unknown;
  readonly answer?: { readonly person: string; readonly at: string };
};

/** Those of the rollback: that of the service's level of autonomy is another one. */
async function approvalsOf(world: World, service: string): Promise<readonly Approval[]> {
  const listed = await world.api('GET', `/v1/approvals?service=${service}`);
  return (listed as { items: readonly Approval[] }).items.filter((each) => each.for.kind === 'rollback');
}

/** People are asked a moment after the attempt begins to wait for them. */
function askedFor(world: World, service: string): Promise<Approval> {
  return until(
    `the approval of ${service} to be asked for`,
    60,
    async () => (await approvalsOf(world, service))[0],
  );
}

/** Comments under the pull request, and answers what Holdfast says to it there. */
async function commentAndRead(
  world: World,
  { pullRequest }: Rollback,
  login: string,
  body: string,
): Promise<string> {
  if (pullRequest === undefined) throw new Error('there is no pull request to comment on');
  const answers = async () =>
    (await commentsOn(world, pullRequest)).filter((comment) =>
      /(^|\n)(Not done|\w+: recorded)/.test(comment.body),
    );
  const before = (await answers()).length;
  await world.sandbox.forge.comment({ ...pullRequest, login, body });
  return until(`an answer to ${login}`, 60, async () => (await answers()).slice(before)[0]?.body);
}
