import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, rule } from '../../../shared/kernel/index.ts';
import { escalateRollback, openRollbackAttempt } from '../../../shared/rollbacks/index.ts';
import { inPlace, placeIn } from '../../../shared/rollbacks/repository-quotas.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { GITOPS } from '../../support/memory-world.ts';
import { type Run, rollbackRun } from '../../support/rollback-run.ts';

const NOON = Date.parse('2026-11-21T12:00:00.000Z');
const take = rule('take', 1, (inputs: { n: number }) => inputs);
const names = (count: number) =>
  Array.from({ length: count }, (_, index) => `s${String.fromCharCode(97 + index)}`);
const merges = (run: Run) => run.world.forge.writes.filter((write) => write.startsWith('merge'));
const opened = (run: Run) => run.world.forge.writes.filter((write) => write.startsWith('openPullRequest'));
const reasons = async (run: Run, id: string, event: string) =>
  (await run.store.decisions({ kind: 'rollback', id }))
    .filter(({ envelope }) => envelope.event === event)
    .flatMap(({ decision }) => decision?.reasons.map(({ text }) => text) ?? []);

test('however many want a place at once, a quota gives out its places and no more, and refuses nobody while it has one', async () => {
  const wanting = fc.array(
    fc.record({
      what: fc.constantFrom('merges' as const, 'pull-requests' as const),
      hour: fc.nat({ max: 2 }),
    }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(wanting, async (wants) => {
      const store = memoryStore();
      const deps = { store, clock: fixedClock(), random: seededRandom(3) };
      const got = await Promise.all(
        wants.map(async ({ what, hour }, index) => {
          const place = placeIn(what, GITOPS, NOON + hour * 3_600_000);
          const born = (effects: readonly (typeof place)[], n: number) => async () => {
            await decide(
              { ...deps, software: { version: 'test', configDigest: 'none' } },
              {
                ...{
                  subject: { kind: 'service', id: `s${index}` },
                  expectedRev: 0,
                  key: `k${index}`,
                  from: 'None',
                },
                ...{ correlationId: 'c', actor: { type: 'system', id: 'test', via: 'workflow' }, rule: take },
                ...{ inputs: { n }, effects },
                step: () => ({ event: 'Taken', reasons: [], state: { kind: 'Taken' }, data: {} }),
              },
            );
            return effects.length > 0;
          };
          return { place, taken: await inPlace(deps, place, born([place], 1), born([], 0)) };
        }),
      );
      for (const { place } of got) {
        const same = got.filter((each) => each.place.counter === place.counter);
        const taken = same.filter((each) => each.taken).length;
        expect(taken).toBe(Math.min(same.length, place.max));
        expect(await store.count(place.counter)).toBe(taken);
      }
    }),
  );
});

test('seven services at once in one repository: five merges in the hour, two are held, say so once, and people are told', async () => {
  const services = names(7);
  const run = await rollbackRun({ services, timings: { mergeWait: 7_200 } });
  run.world.forge.firstChecks = 'success';
  for (const service of services) run.degrade(service);
  run.sweepEveryMinute();
  await run.until('RollbackComplete');
  await run.pass(300);
  expect(merges(run)).toHaveLength(5);
  const held = (await run.attempts()).filter(({ state }) => state.kind === 'AwaitingMerge');
  expect(held).toHaveLength(2);
  for (const attempt of held) {
    expect(await reasons(run, attempt.id, 'MergeHeld')).toEqual([
      `${GITOPS} has had the 5 merges that one hour may bring: this one is held until 2026-11-21T11:00:00.000Z, or until a person merges it`,
    ]);
  }
  const sent: string[] = [];
  const notify = { send: async ({ text }: { text: string }) => void sent.push(text) };
  const [first] = held;
  const told = { type: 'MergeHeld', eventId: 'held/1', rollbackId: first?.id ?? '', rev: first?.rev ?? 0 };
  await escalateRollback({ ...run.deps, notify }, told);
  expect(sent).toEqual([
    `${first?.service} in staging: the merge waits, its repository has had its merges of this hour`,
  ]);
  expect(run.world.forge.comments(GITOPS).join()).toContain(
    'The next hour begins at 2026-11-21T11:00:00.000Z',
  );
  await run.pass(3_600);
  expect(merges(run)).toHaveLength(7);
  expect((await run.attempts()).map(({ state }) => state.kind)).toEqual(
    services.map(() => 'RollbackComplete'),
  );
  await run.close();
});

test('a merge that was allowed before the quota was full is held all the same, and made in the next hour', async () => {
  const services = names(6);
  const run = await rollbackRun({ services, timings: { mergeWait: 7_200 } });
  run.world.forge.firstChecks = 'success';
  const { count } = run.store;
  // every check reads the quota as it was before any merge: only the write knows better
  Object.assign(run.deps.store, {
    count: async (counter: string) =>
      counter.startsWith('QUOTA#merges') && (await count(counter)) < 5 ? 0 : count(counter),
  });
  for (const service of services) run.degrade(service);
  run.sweepEveryMinute();
  await run.until('RollbackComplete');
  await run.pass(120);
  expect(merges(run)).toHaveLength(5);
  await run.close();
});

test('the eleventh pull request of an hour is not opened: a person is asked, with the reason', async () => {
  const services = names(10);
  const run = await rollbackRun({ services: [...services, 'late'], level: 'suggest' });
  for (const service of services) run.degrade(service);
  run.sweepEveryMinute();
  await run.until('PullRequestOpen');
  await run.pass(60);
  expect(opened(run)).toHaveLength(10);
  run.world.forge.byPerson(GITOPS, 1, 'closed');
  await run.until('Aborted');
  run.degrade('late');
  await run.until('AwaitingHumanReview');
  const late = (await run.attempts()).find(({ service }) => service === 'late');
  expect(late?.state).toMatchObject({ kind: 'AwaitingHumanReview', reason: 'PR_FAILED' });
  expect((await reasons(run, late?.id ?? '', 'PullRequestFailed')).join()).toContain(
    `${GITOPS} has had the 10 pull requests that one hour may bring; the next may come after 2026-11-21T11:00`,
  );
  expect(opened(run)).toHaveLength(10);
  await run.close();
});

test("the quota of a day is the service's, over all its environments, and holds for signals at once", async () => {
  const run = await rollbackRun({ level: 'observe' });
  const { count } = run.store;
  // all of them read the counter before any of them has written it
  Object.assign(run.deps.store, {
    count: async (counter: string) =>
      counter.startsWith('QUOTA#rollbacks#shop') && (await count(counter)) < 5 ? 0 : count(counter),
  });
  const kinds: string[] = [];
  run.degrade();
  run.sweepEveryMinute();
  for (let index = 0; index < 7; index += 1) {
    const opening = await openRollbackAttempt(run.deps, {
      ...{ service: 'shop', environment: 'staging', revision: `revision-${index}` },
      trigger: { type: 'signal', id: `s${index}`, text: 'degraded' },
      actor: { type: 'system', id: 'route-signals', via: 'api' },
    });
    kinds.push(opening.kind);
    if (opening.kind === 'opened') await run.until('Observed');
    await run.pass(60);
  }
  expect(kinds).toEqual(['opened', 'opened', 'opened', 'opened', 'opened', 'refused', 'refused']);
  expect(await count('QUOTA#rollbacks#shop#2026-11-21')).toBe(5);
  await run.close();
});
