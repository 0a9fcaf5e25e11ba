import { approvalOf } from '../../../../shared/approvals/index.ts';
import * as deployments from '../../../../shared/deployments/index.ts';
import * as rollouts from '../../../../shared/rollouts/index.ts';
import { statusOf } from '../../../local/states/harness.ts';
import { brokenPromises } from '../../../support/deployment-promises.ts';
import { expectReplay } from '../../../support/expect-replay.ts';
import type { Room } from './room.ts';

/** Deployments and rollouts that have not ended. */
export async function openOnes({ world }: Room): Promise<readonly string[]> {
  const [ofDeployments, ofRollouts] = await Promise.all(
    (['deployment', 'rollout'] as const).map(async (kind) => (await world.store.heads({ kind })).items),
  );
  return [
    ...(ofDeployments ?? []).map(deployments.deploymentOf).filter(deployments.isOpen),
    ...(ofRollouts ?? []).map(rollouts.rolloutOf).filter(rollouts.isOpen),
  ].map(({ id, state }) => `${id} is still ${JSON.stringify(state)}`);
}

/** Everything that a run must not have done, one sentence each; empty when it kept every promise. */
export async function violationsOf(room: Room, replays = true): Promise<readonly string[]> {
  const { world, plan, bugs } = room;
  const replayed = await (replays ? expectReplay(world.store) : Promise.resolve()).then(
    () => [],
    (thrown: unknown) => [`replay: ${String(thrown).slice(0, 400)}`],
  );
  const holder = await world.store.lockHolder(`SLOT#shop#${plan.environment}`);
  return [
    ...bugs,
    ...replayed,
    ...(await brokenPromises(world.store)),
    ...(await openOnes(room)),
    ...(await runningOnes(room)),
    ...(await wrongTraffic(room)),
    ...(await wrongApprovals(room)),
    ...(holder === undefined ? [] : [`the slot is still held by ${holder}`]),
    ...world.moves
      .filter(({ weight, before, state }) => weight > before && !['Planned', 'Shifting'].includes(state))
      .map(
        ({ weight, state, at }) => `${at}: more traffic (${weight}) for the canary of a rollout in ${state}`,
      ),
    ...world.moves
      .filter(({ weight, before }) => weight === before)
      .map(({ weight, at }) => `${at}: moved to ${weight}, where it was`),
  ];
}

/** Workflows that did not come to their end; one that was never started has nothing to move. */
async function runningOnes(room: Room): Promise<readonly string[]> {
  const { governing, rolling } = room.process();
  const all = (await room.world.store.heads({ kind: 'rollout' })).items.map(rollouts.rolloutOf);
  const found = await Promise.all(
    all.map(async ({ id, data }) => [
      await statusOf(rolling, id).then(
        ({ status }) => status,
        () => neverStarted(data),
      ),
      await statusOf(governing, data.deployment).then(
        ({ status }) => status,
        () => 'NONE',
      ),
    ]),
  );
  return found
    .flat()
    .filter((status) => status !== 'SUCCEEDED')
    .map((status) => `a workflow is ${status}`);
}

const neverStarted = ({ times }: rollouts.Rollout['data']): string =>
  times.started === undefined ? 'SUCCEEDED' : 'NONE';

/** Where the canary must have nothing. */
async function wrongTraffic({ world }: Room): Promise<readonly string[]> {
  const { items } = await world.store.heads({ kind: 'rollout' });
  return items
    .map(rollouts.rolloutOf)
    .filter(
      ({ state }) => state.kind === 'RolledBack' || (state.kind === 'Aborted' && state.reason !== 'FROZEN'),
    )
    .filter(() => world.weight() > 0)
    .map(({ state }) => `${state.kind} and the canary has ${world.weight()}`);
}

async function wrongApprovals({ world }: Room): Promise<readonly string[]> {
  const { items } = await world.store.heads({ kind: 'approval', limit: 100 });
  return items
    .map(approvalOf)
    .filter(({ state }) => state === 'Open' || state === 'Approved')
    .map(({ id, state }) => `approval ${id} is ${state} although nothing waits for it`);
}
