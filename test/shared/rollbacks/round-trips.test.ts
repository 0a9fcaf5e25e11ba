import { expect, test, vi } from 'vitest';
import {
  awaitRollback,
  openPullRequestForRollback,
  openRollbackAttempt,
  resolveCandidateForRollback,
  type WorldDeps,
  watchHealth,
} from '../../../shared/rollbacks/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

const ROUTER = { type: 'system', id: 'route-signals', via: 'api' } as const;

/** A port whose every call takes one tick, so that the ticks of a task are its calls one after the other. */
function ticking<Port extends object>(port: Port, calls: string[]): Port {
  return new Proxy(port, {
    get: (target, name) => {
      const call: unknown = Reflect.get(target, name);
      if (typeof call !== 'function') return call;
      return async (...given: unknown[]) => {
        calls.push(String(name));
        await new Promise((done) => setTimeout(done, 1));
        return Reflect.apply(call, target, given);
      };
    },
  });
}

/** An attempt with three bad readings, whose tasks are called by the test instead of a workflow. */
async function prepared() {
  const run = await rollbackRun();
  run.world.forge.firstChecks = 'success';
  run.degrade();
  const place = { service: 'shop', environment: 'staging' };
  const target = { ...place, application: 'shop-staging' };
  // the delivery system takes up what is deployed
  await run.deps.health.read(target);
  await run.pass(10);
  const nothing = async () => {};
  let woken = 0;
  const workflow = {
    startRollback: nothing,
    watchNow: nothing,
    wake: async () => {
      woken = Date.now();
    },
  };
  const quiet: WorldDeps = { ...run.deps, workflow };
  const trigger = { type: 'signal', id: 'one', text: 'degraded' } as const;
  const opening = await openRollbackAttempt(quiet, { ...place, trigger, actor: ROUTER });
  const rollbackId = opening.kind === 'opened' ? opening.id : '';
  await awaitRollback(quiet, { rollbackId, state: 'DegradationDetected', token: 'token', waitSeconds: 240 });
  const read = async (slot: string) => {
    const answer = await run.deps.health.read(target);
    await run.deps.work.putReading({ ...place, slot, ...answer });
  };
  for (const slot of ['a', 'b']) {
    await read(new Date().toISOString() + slot);
    await run.pass(10);
  }
  const calls: string[] = [];
  const slow: WorldDeps = {
    ...quiet,
    ...{ store: ticking(quiet.store, calls), work: ticking(quiet.work, calls) },
    ...{ forge: ticking(quiet.forge, calls), health: ticking(quiet.health, calls) },
    ...{ history: ticking(quiet.history, calls), workflow: ticking(quiet.workflow, calls) },
  };
  const ticks = async (task: () => Promise<unknown>) => {
    calls.length = 0;
    const from = Date.now();
    let to = 0;
    const done = task().then(() => {
      to = Date.now();
    });
    await vi.advanceTimersByTimeAsync(500);
    await done;
    return { ticks: to - from, calls: [...calls] };
  };
  return { run, rollbackId, slow, ticks, place, wokenAt: () => woken };
}

const twice = (calls: readonly string[], name: string) => calls.filter((each) => each === name).length > 1;

test('from the third bad reading to the pull request nothing is asked twice, and what can be asked together is', async () => {
  const { run, rollbackId, slow, ticks, place, wokenAt } = await prepared();
  let observed = 0;
  const watching = {
    ...slow,
    health: {
      ...slow.health,
      read: async (...given: Parameters<WorldDeps['health']['read']>) => {
        const answer = await slow.health.read(...given);
        observed = Date.now();
        return answer;
      },
    },
  };
  void watchHealth(watching, place);
  await run.pass(1);
  // the reading is stored; then the wait, autonomy and the readings together; then the wake
  expect(wokenAt() - observed).toBe(3);
  const resolved = await ticks(() => resolveCandidateForRollback(slow, { rollbackId, key: 'resolve' }));
  // the attempt; autonomy, readings and the service; commits and deployments; uptime and checks; the decision
  expect(resolved.ticks).toBe(5);
  for (const call of ['readings', 'commits', 'ci']) expect(twice(resolved.calls, call)).toBe(false);
  const opened = await ticks(() => openPullRequestForRollback(slow, { rollbackId, key: 'open' }));
  // the attempt; the service beside autonomy and readings; three reads of the forge; branch, commit, pull request; the decision
  expect(opened.ticks).toBe(7);
  for (const call of ['readings', 'readFile', 'openPullRequests', 'branchHead', 'pullRequest'])
    expect(twice(opened.calls, call)).toBe(false);
  expect((await run.attempts())[0]?.state.kind).toBe('PullRequestOpen');
  await run.close();
});
