import type { World } from '../world.ts';
import { type Answered, answerAs } from './at-api.ts';
import { until } from './attempt.ts';
import {
  type Followed,
  followDeployment,
  outcomeOf,
  requestDeployment,
  type Standing,
  subjectsOf,
  timelineOf,
} from './deployment.ts';
import { measuredOf } from './deployment-measures.ts';
import { ALL, prepareFunction, publishRevision, SERVES, shareOf, stopCalls } from './function-service.ts';
import { introducePeople } from './people.ts';
import type { Scenario, Tell } from './scenario.ts';

/** Harm of 1.5 times the failures takes about 150 of them to rule out: more than come in within this stage. */
const STAGES = [{ weight: 0.5, minSeconds: 60, maxSeconds: 420, minRequests: 100 }, ALL];

/** In production a person approves, and never who wrote the change; what the judge leaves undecided is a person's too. */
export const deployNeedsApproval: Scenario = {
  name: 'deploy-needs-approval',
  expected:
    'Completed, refused to its author, moved only after lee approved, undecided at the deadline: promoted by grace',
  run: async (world, tell) => {
    await introducePeople(world);
    const service = await prepareFunction(world, {
      ...{ service: 'tariffs', environment: 'production', callsPerSecond: 40 },
      rollouts: { stages: STAGES, bakeSeconds: 0 },
    });
    const revision = await publishRevision(world, service, SERVES.well, 'Round the tariff to cents');
    tell.note(`tariffs runs in production: dana asks for ${revision.slice(0, 7)}, and a person must approve`);
    const { id } = await requestDeployment(world, service, revision);
    const followed = followDeployment(world, id, tell);
    const asked = await followed.until('to ask', ({ deployment }) => deployment.approval !== undefined);
    const approval = asked.deployment.approval ?? '';
    const refused = await whenAsked(world, approval, 'dana', 'I know what I changed');
    tell.note(`dana, who wrote it, approves: ${refused.status === 403 ? 'refused' : refused.status}`);
    const shareBefore = await shareOf(world, service, asked.deployment.canary ?? '');
    const granted = await answerAs(world, 'lee', approval, 'approve', 'read the change; tests are green');
    tell.note(`lee approves: ${granted.status === 200 ? 'recorded' : granted.status}`);
    const { ended, holds } = await throughHolds(world, followed, tell);
    stopCalls(world, service);
    const undecided = holds.includes('UNDECIDED');
    return {
      outcome: [
        outcomeOf(ended.deployment),
        refused.status === 403 ? 'refused to its author' : `its author was answered ${refused.status}`,
        shareBefore === 0 && granted.status === 200
          ? 'moved only after lee approved'
          : 'moved before an approval',
        undecided
          ? 'undecided at the deadline: promoted by grace'
          : `held for ${holds.join(', ') || 'nothing'}`,
      ].join(', '),
      subjects: subjectsOf(ended),
      timeline: await timelineOf(world, ended),
      measured: await measuredOf(world, service, ended),
    };
  },
};

/** Follows to the end; whatever it holds for, grace answers, as an approver does over the API. */
async function throughHolds(
  world: World,
  followed: Followed,
  tell: Tell,
): Promise<{ readonly ended: Standing; readonly holds: readonly string[] }> {
  const holds: string[] = [];
  const answered = new Set<string>();
  for (;;) {
    const standing = await followed.until('to end, or to hold', ({ rollout }) => {
      const approval = rollout?.approval;
      return approval !== undefined && !answered.has(approval);
    });
    const { rollout } = standing;
    if (rollout?.approval === undefined || answered.has(rollout.approval)) return { ended: standing, holds };
    answered.add(rollout.approval);
    holds.push(rollout.state.reason ?? '?');
    tell.note(
      `the rollout is held: ${rollout.state.reason}; grace has looked at both versions, and promotes`,
    );
    await whenAsked(world, rollout.approval, 'grace', 'no difference to be seen in the counts of both');
  }
}

/** A person is asked a moment after the subject begins to wait: until then there is nothing to answer. */
function whenAsked(world: World, approval: string, person: string, reason: string): Promise<Answered> {
  return until(`${approval} to be asked`, 30, async () => {
    const answered = await answerAs(world, person, approval, 'approve', reason);
    return answered.status === 404 ? undefined : answered;
  });
}
