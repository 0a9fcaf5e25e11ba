import { expect, test } from 'vitest';
import { Fault } from '../../../shared/kernel/index.ts';
import {
  checkService,
  openRollbackAttempt,
  requestRollback,
  watchHealth,
} from '../../../shared/rollbacks/index.ts';
import { putService } from '../../../shared/services/index.ts';
import { rollbackRun } from '../../support/rollback-run.ts';
import { serviceDocument } from '../services/documents.ts';

const ADA = { type: 'person', id: 'ada', via: 'api' } as const;
const place = { service: 'fn', environment: 'production' };

/** The shop on Argo CD as ever, and beside it a service that runs behind an alias alone. */
async function runWithLambda() {
  const run = await rollbackRun();
  const environments = { production: { platform: 'lambda', function: 'fn', alias: 'live' } };
  const document = serviceDocument({ environments, selectors: [] });
  await putService(run.deps, { name: 'fn', document, actor: ADA, correlationId: 'c', key: 'fn' });
  return run;
}

test('a firing signal about a lambda environment opens nothing and is told why', async () => {
  const run = await runWithLambda();
  const trigger = { type: 'signal', id: 's', text: 'errors' } as const;
  const opening = await openRollbackAttempt(run.deps, { ...place, trigger, actor: ADA });
  expect(opening).toEqual({
    kind: 'unsupported',
    reasons: [expect.stringContaining('needs an argocd environment')],
  });
  expect(await run.attempts()).toEqual([]);
  await run.close();
});

test('a person who asks for a rollback of a lambda environment gets one clear refusal', async () => {
  const run = await runWithLambda();
  const asking = requestRollback(run.deps, { ...place, reason: 'I see it', actor: ADA, key: 'k' });
  await expect(asking).rejects.toMatchObject({
    name: 'InvalidInput',
    issues: [{ path: 'environment', message: expect.stringContaining('guarded by its rollout') }],
  });
  expect(await run.attempts()).toEqual([]);
  await run.close();
});

test('the sweep asks Argo CD about Argo CD environments only', async () => {
  const run = await runWithLambda();
  const asked: string[] = [];
  const read = (target: Parameters<typeof run.deps.health.read>[0]) => {
    asked.push(target.service);
    return run.deps.health.read(target);
  };
  const deps = { ...run.deps, health: { ...run.deps.health, read } };
  const sweep = watchHealth(deps, {});
  await run.pass(70);
  await sweep;
  expect(new Set(asked)).toEqual(new Set(['shop']));
  await run.close();
});

test('a check of a lambda environment fails as long as nothing here can read its alias', async () => {
  const run = await runWithLambda();
  const { ok, findings } = await checkService(run.deps, 'fn');
  expect(ok).toBe(false);
  expect(findings.map((each) => [each.check, each.ok])).toEqual([
    ['alias', false],
    ['metrics', false],
  ]);
  await run.close();
});

test('and says what alias and metrics answer where they can be read', async () => {
  const run = await runWithLambda();
  const lambda = {
    alias: async ({ alias }: { alias: string }) => `${alias} sends everything to version 7`,
    metrics: async () => {
      throw new Fault('PermissionDenied', '403');
    },
  };
  const { findings } = await checkService({ ...run.deps, lambda }, 'fn');
  expect(findings.map(({ ok, text }) => [ok, text])).toEqual([
    [true, 'live sends everything to version 7'],
    [false, 'PermissionDenied: 403'],
  ]);
  await run.close();
});

test('an attempt whose service moves to lambda meanwhile finds no place to act', async () => {
  const run = await runWithLambda();
  run.degrade();
  run.sweepEveryMinute();
  await run.until('DegradationDetected');
  const environments = { staging: { platform: 'lambda', function: 'shop', alias: 'live' } };
  const document = serviceDocument({ environments, selectors: [] });
  await putService(run.deps, { name: 'shop', document, actor: ADA, correlationId: 'c', key: 'move' });
  await run.pass(3600);
  expect(run.world.forge.writes).toEqual([]);
  const [attempt] = await run.attempts();
  expect(['AwaitingHumanReview', 'SelfHealed']).toContain(attempt?.state.kind);
  await run.close();
});
