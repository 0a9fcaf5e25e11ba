import { answerApprovalBy, approvalOf } from '../../../../shared/approvals/index.ts';
import * as deployments from '../../../../shared/deployments/index.ts';
import * as rollouts from '../../../../shared/rollouts/index.ts';
import { putAutonomy, putKillSwitch } from '../../../../shared/services/index.ts';
import type { Act } from './plan.ts';
import type { Deps } from './process.ts';
import type { Room } from './room.ts';

const BY_GRACE = { person: 'grace', reason: 'because', via: 'api' } as const;
const asked = (key: string) => ({
  ...{ actor: { type: 'person', id: 'ada', via: 'api' } as const, correlationId: key, key },
});

/** What people and the world do of themselves. */
export function act(room: Room, what: Act): void {
  const { world, plan } = room;
  const place = { service: 'shop', environment: plan.environment, action: 'deploy' as const };
  const key = `${what}/${room.elapsed()}`;
  switch (what) {
    case 'approve':
    case 'reject':
      room.run('Answer', (deps) => answer(room, deps, what));
      return;
    case 'pause':
    case 'resume':
    case 'promote':
    case 'abort':
      room.run('Control', (deps) => control(room, deps, what));
      return;
    case 'abort-deployment':
      room.run('Control', (deps) => abort(room, deps));
      return;
    case 'kill-on':
    case 'kill-off':
      room.run('Switch', (deps) =>
        putKillSwitch(deps, { on: what === 'kill-on', reason: 'drill' }, asked(key)),
      );
      return;
    case 'lower':
      room.run('Switch', (deps) => putAutonomy(deps, { ...place, level: 'observe' }, asked(key)));
      return;
    case 'raise':
      room.run('Switch', (deps) => putAutonomy(deps, { ...place, level: plan.level }, asked(key)));
      return;
    case 'foreign':
      world.traffic.world.move([{ revision: '9', weight: 1 }]);
      return;
    case 'foreign-back':
      world.traffic.world.move([{ revision: '1', weight: 1 }]);
      return;
    case 'silence':
      world.traffic.world.perMinute = 0;
      return;
    case 'sound':
      world.traffic.world.perMinute = plan.perMinute;
      return;
    case 'turn-bad':
      world.traffic.world.publish('2', world.change, { failing: 0.08, slow: 0.05 });
  }
}

async function answer({ world }: Room, deps: Deps, verdict: 'approve' | 'reject'): Promise<void> {
  const { items } = await world.store.heads({ kind: 'approval' });
  const open = items.map(approvalOf).find(({ state }) => state === 'Open');
  if (open === undefined) return;
  const wake = async (subject: { readonly kind: string; readonly id: string }) => {
    if (subject.kind === 'deployment') await deployments.wakeDeployment(deps, subject.id, 'AwaitingApproval');
    if (subject.kind === 'rollout') await rollouts.wakeRollout(deps.rollouts, subject.id, 'Held');
  };
  await answerApprovalBy(
    { ...deps, wake, planNow: async () => undefined },
    { ...BY_GRACE, approvalId: open.id, verdict, overrides: [], role: 'approver' },
  );
}

async function control({ world }: Room, deps: Deps, verb: rollouts.Verb): Promise<void> {
  const [head] = (await world.store.heads({ kind: 'rollout' })).items;
  if (head !== undefined)
    await rollouts.controlRolloutBy(deps.rollouts, { ...BY_GRACE, rolloutId: head.id, verb });
}

async function abort({ world }: Room, deps: Deps): Promise<void> {
  const [head] = (await world.store.heads({ kind: 'deployment' })).items;
  if (head !== undefined)
    await deployments.controlDeployment(deps, 'abort', {
      ...BY_GRACE,
      deploymentId: head.id,
      isApprover: true,
    });
}
