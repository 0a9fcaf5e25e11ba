import { expect, test } from 'vitest';
import { Fault, isoTime } from '../../../shared/kernel/index.ts';
import { checkService, lambdaChecks } from '../../../shared/rollbacks/index.ts';
import { putService } from '../../../shared/services/index.ts';
import { memoryTraffic } from '../../support/memory-traffic.ts';
import { rollbackRun } from '../../support/rollback-run.ts';
import { serviceDocument } from '../services/documents.ts';

const ADA = { type: 'person', id: 'ada', via: 'api' } as const;

/** A service behind an alias that splits 95 to 5 between two versions. */
async function checked(arrange: (world: ReturnType<typeof memoryTraffic>) => void) {
  const run = await rollbackRun();
  const environments = { production: { platform: 'lambda', function: 'fn', alias: 'live' } };
  const document = serviceDocument({ environments, selectors: [] });
  await putService(run.deps, { name: 'fn', document, actor: ADA, correlationId: 'c', key: 'fn' });
  const world = memoryTraffic(run.deps.clock);
  world.move([
    { revision: '8', weight: 0.05 },
    { revision: '7', weight: 0.95 },
  ]);
  arrange(world);
  const asked: string[] = [];
  const metrics = {
    total: async (...[target, window]: Parameters<typeof world.metrics.total>) => {
      asked.push(window.from, window.to);
      return world.metrics.total(target, window);
    },
  };
  const lambda = lambdaChecks({ traffic: world.traffic, metrics, clock: run.deps.clock });
  const now = run.deps.clock();
  const answer = await checkService({ ...run.deps, lambda }, 'fn');
  await run.close();
  return { ...answer, asked, hour: [isoTime(now - 3_600_000), isoTime(now)] };
}

test('a service behind an alias passes: how the alias splits and what was counted in the last hour is said', async () => {
  const { ok, findings, asked, hour } = await checked((world) => {
    world.publish('7', 'a', { failing: 0, slow: 0 });
    world.publish('8', 'b', { failing: 0, slow: 0 });
    world.serveMinute(1);
    world.serveMinute(2);
    world.serveMinute(70);
  });
  expect(ok).toBe(true);
  expect(findings.map(({ check, text }) => [check, text])).toEqual([
    ['alias', 'fn:live: version 7 takes 95 %, version 8 takes 5 %'],
    ['metrics', '4000 requests in the last hour, 0 of them failed'],
  ]);
  expect(asked).toEqual(hour);
});

test('an alias that nobody called passes, and it is said that nothing was measured', async () => {
  const { ok, findings } = await checked(() => {});
  expect(ok).toBe(true);
  expect(findings[1]?.text).toBe('reachable, but nothing was measured in the last hour');
});

test.each([
  ['read', 'alias'],
  ['total', 'metrics'],
])('a refused %s fails the check of %s alone, in the words of who refused', async (call, check) => {
  const { ok, findings } = await checked((world) => {
    world.world.refuse = (asked) =>
      asked === call ? new Fault('PermissionDenied', 'this role may not') : undefined;
  });
  expect(ok).toBe(false);
  const failed = findings.filter((each) => !each.ok);
  expect(failed).toEqual([
    { check, environment: 'production', ok: false, text: 'PermissionDenied: this role may not' },
  ]);
});
