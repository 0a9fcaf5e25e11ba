import { expect, test } from 'vitest';
import { eventsOf } from '../../../shared/ledger/publish-events.ts';
import {
  checkInvariantsOfRollback,
  METRICS,
  measureRollbackEvent,
  RollbackEventDetail,
} from '../../../shared/rollbacks/index.ts';
import { approving, knowPeople } from '../../support/approving.ts';
import { rollbackRun } from '../../support/rollback-run.ts';

type Options = Parameters<typeof rollbackRun>[0];

/** A degraded service, and the violations that its attempt counts: by its steps, and by the events that follow. */
async function violating(checks: 'success' | 'failure' | 'pending', options: Options = {}) {
  const run = await rollbackRun(options);
  const counted: string[] = [];
  const meter = {
    count: (metric: string, { service, environment, invariant }: Readonly<Record<string, string>> = {}) => {
      if (metric === METRICS.violations) counted.push(`${service}/${environment} ${invariant}`);
    },
    measure: () => {},
  };
  Object.assign(run.deps, { meter });
  const measureEvents = (): void => {
    for (const envelope of run.store.written.filter(({ kind }) => kind === 'rollback'))
      for (const { type, detail } of eventsOf({ change: 'INSERT', keys: {}, newImage: envelope }))
        measureRollbackEvent(meter, type, RollbackEventDetail.parse(detail));
  };
  await knowPeople(run, 'ada');
  run.world.forge.firstChecks = checks;
  run.degrade();
  run.sweepEveryMinute();
  return { run, counted, measureEvents };
}

test.each([
  ['failure', 'CI_FAILED'],
  ['pending', 'CI_TIMEOUT'],
] as const)('checks that are %s from the start violate I6 once: %s', async (checks, reason) => {
  const { run, counted, measureEvents } = await violating(checks);
  const attempt = await run.until('AwaitingHumanReview');
  expect(attempt.state).toMatchObject({ reason });
  measureEvents();
  expect(counted).toEqual(['shop/staging I6']);
  await run.close();
});

test('an approval that stands for an hour over checks that turned red counts them once, and never its I1', async () => {
  const { run, counted, measureEvents } = await violating('success', { environment: 'production' });
  await run.until('AwaitingMerge');
  await run.pass(300);
  expect(counted).toEqual([]);
  run.checks('failure');
  await run.pass(3_700);
  expect(counted).toEqual(['shop/production I6']);
  await approving(run).answer('approve');
  await run.until('AwaitingHumanReview');
  measureEvents();
  expect(counted).toEqual(['shop/production I6']);
  await run.close();
});

test('what holds again and fails again is counted again', async () => {
  const { run, counted } = await violating('success', { environment: 'production' });
  const { id } = await run.until('AwaitingMerge');
  for (const state of ['failure', 'failure', 'success', 'failure'] as const) {
    run.checks(state);
    await checkInvariantsOfRollback(run.deps, { rollbackId: id, key: `look/${Date.now()}` });
    await run.pass(10);
  }
  expect(counted).toEqual(['shop/production I6', 'shop/production I6']);
  await run.close();
});

test('a task that is run twice counts what it found once', async () => {
  const { run, counted } = await violating('success', { twice: true });
  run.world.seen.set('shop', { desired: 2, available: 2 });
  await run.until('AwaitingHumanReview');
  expect(counted).toEqual(['shop/staging I3']);
  await run.close();
});
