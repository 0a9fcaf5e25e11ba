import { afterEach, expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import { type DeploymentRun, deploymentRun } from '../../support/deployment-run.ts';

let run: DeploymentRun;
afterEach(() => run.close());

const TOKEN = `ghp_${'a'.repeat(36)}`;

async function lastReason(kind: 'deployment' | 'rollout', id: string) {
  const steps = await run.store.decisions({
    kind,
    id: kind === 'rollout' ? id.replace(/^dep_/, 'rol_') : id,
  });
  return steps.at(-1)?.decision?.reasons[0]?.text;
}

test('a plan that cannot be made is handed over with what the provider said, and without its secrets', async () => {
  run = await deploymentRun();
  run.publish();
  run.traffic.world.refuse = (call) =>
    call === 'thresholds'
      ? new Fault('PermissionDenied', `the key ${TOKEN} may not read Duration`)
      : undefined;
  const id = await run.request();
  await run.pass(120);
  expect((await run.deployment(id)).state).toEqual({
    kind: 'AwaitingHumanReview',
    reason: 'METRICS_UNREADABLE',
  });
  expect(await lastReason('deployment', id)).toBe(
    'Cleared failed with PermissionDenied: the key [redacted] may not read Duration',
  );
});

test('a move that the platform refuses holds with what it said', async () => {
  run = await deploymentRun();
  run.publish();
  run.traffic.world.refuse = (call) =>
    call === 'shift' ? new Fault('PermissionDenied', 'no lambda:UpdateAlias on live') : undefined;
  const id = await run.request();
  await run.pass(30);
  expect(await run.stands(id)).toBe('Held TRAFFIC_FAILED');
  expect(await lastReason('rollout', id)).toContain(
    'the platform refused to move it: no lambda:UpdateAlias on live',
  );
});

test('a rollout that meets an error that nobody expects holds with its words', async () => {
  run = await deploymentRun();
  run.publish();
  run.traffic.world.refuse = (call) => (call === 'read' ? broken() : undefined);
  const id = await run.request();
  await run.pass(120);
  expect(await lastReason('deployment', id)).toContain('cannot read properties');
});

function broken(): Fault {
  throw new TypeError('cannot read properties of undefined');
}
