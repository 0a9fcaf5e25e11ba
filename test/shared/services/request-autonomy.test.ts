import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerApprovalBy, putPeople } from '../../../shared/approvals/index.ts';
import { DEPLOY_LEVELS, type DeployLevel } from '../../../shared/services/contract.ts';
import {
  putAutonomy,
  putService,
  readAutonomy,
  readAutonomyTable,
  requestAutonomy,
  settleRaises,
} from '../../../shared/services/index.ts';
import { seededRandom } from '../../support/chance.ts';
import { expectReplay } from '../../support/expect-replay.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { serviceDocument } from './documents.ts';

const ada = { type: 'person', id: 'ada', via: 'api' } as const;
const STAGING = { service: 'shop', environment: 'staging', action: 'deploy' } as const;
const HOUR = 3_600_000;

/** A service in staging and production, and people who could approve. */
async function world(...people: readonly string[]) {
  const store = memoryStore();
  let now = Date.parse('2026-11-21T10:00:00.000Z');
  let asks = 0;
  const software = { version: 't', configDigest: 't' };
  const deps = { store, clock: () => now, random: seededRandom(), software };
  const asked = (actor: object = ada) => {
    asks += 1;
    return { actor: { ...ada, ...actor }, correlationId: 'c', key: `k${asks}` };
  };
  const staging = serviceDocument().environments.staging;
  if (staging === undefined) throw new Error('the document has no staging');
  const document = { ...serviceDocument(), environments: { staging, production: staging } };
  await putService(deps, { name: 'shop', document, ...asked() });
  const known = people.map((person) => ({
    ...{ person, role: 'approver' as const, identities: [{ via: 'github' as const, id: person }] },
  }));
  if (known.length > 0) await putPeople(deps, { people: known }, asked());
  const answer = (approvalId: string, person: string, verdict: 'approve' | 'reject' = 'approve') =>
    answerApprovalBy(
      { ...deps, wake: () => settleRaises(deps), planNow: async () => undefined },
      { approvalId, person, verdict, reason: 'seen', overrides: [], role: 'approver', via: 'api' },
    );
  const request = async (level: DeployLevel, environment = 'staging', actor: object = ada) =>
    (await requestAutonomy(deps, { ...STAGING, environment, level }, asked(actor))).approval;
  const raise = async (level: DeployLevel, environment = 'staging') => {
    const approval = await request(level, environment);
    if (approval === undefined) throw new Error('nobody was asked');
    return approval.id;
  };
  const level = async (environment = 'staging') =>
    (await readAutonomy(deps, { ...STAGING, environment })).level;
  const later = (milliseconds: number) => {
    now += milliseconds;
  };
  return { store, deps, asked, answer, request, raise, level, later };
}

describe('a higher level', () => {
  test('waits for another person, and is set in their name', async () => {
    const { store, answer, raise, level } = await world('ada', 'grace');
    const id = await raise('governed');
    expect(await level()).toBe('observe');
    await answer(id, 'grace');
    expect(await level()).toBe('governed');
    const steps = await store.decisions({ kind: 'autonomy', id: 'table' });
    expect(steps.map(({ envelope }) => envelope.event)).toEqual(['AutonomyRaiseAsked', 'AutonomyChanged']);
    expect(steps[1]?.decision).toMatchObject({
      ...{ actor: { id: 'grace' }, outcome: { from: 'observe', to: 'governed', change: 'raised' } },
      reasons: [{ code: 'ASKED' }, { code: 'APPROVED', text: 'asked by ada, approved by grace' }],
    });
    expect((await store.head({ kind: 'approval', id }))?.state.kind).toBe('Used');
    await expectReplay(store);
  });

  test('is not set by the one who asks', async () => {
    const { answer, raise, level } = await world('ada', 'grace');
    const id = await raise('auto', 'production');
    await expect(answer(id, 'ada')).rejects.toMatchObject({ name: 'Forbidden' });
    expect(await level('production')).toBe('observe');
  });

  test('is dropped by a no, by time, and by a change that came between', async () => {
    const { store, deps, asked, answer, raise, level, later } = await world('ada', 'grace');
    await answer(await raise('auto'), 'grace', 'reject');
    await raise('approve');
    later(25 * HOUR);
    await settleRaises(deps);
    const third = await raise('governed');
    await putAutonomy(deps, { ...STAGING, level: 'suggest' }, asked());
    await answer(third, 'grace');
    expect(await level()).toBe('suggest');
    expect((await readAutonomyTable(deps)).data.pending).toEqual([]);
    await expectReplay(store);
  });

  test('that is asked twice is asked once', async () => {
    const { deps, raise } = await world('ada', 'grace');
    expect(await raise('auto')).toBe(await raise('auto'));
    expect((await readAutonomyTable(deps)).data.pending).toHaveLength(1);
  });

  test('two at the same moment are two questions', async () => {
    const { raise, answer, level } = await world('ada', 'grace');
    const [first, second] = [await raise('auto'), await raise('approve', 'production')];
    expect(first).not.toBe(second);
    await answer(second, 'grace');
    expect([await level(), await level('production')]).toEqual(['observe', 'approve']);
  });

  test('cannot be asked for by an identity that is nobody', async () => {
    const { request } = await world('ada', 'grace');
    await expect(request('auto', 'staging', { type: 'system', id: 'ci' })).rejects.toMatchObject({
      name: 'Forbidden',
    });
  });
});

test('a lower level is set at once', async () => {
  const { answer, raise, request, level } = await world('ada', 'grace');
  await answer(await raise('auto'), 'grace');
  expect(await request('shadow')).toBeUndefined();
  expect(await level()).toBe('shadow');
});

describe('where nobody else could approve', () => {
  test.each([[[]], [['ada']]])(
    'staging is raised at once and says so, production is not (%j)',
    async (people) => {
      const { store, request, level } = await world(...people);
      expect(await request('auto')).toBeUndefined();
      expect(await level()).toBe('auto');
      const [step] = await store.decisions({ kind: 'autonomy', id: 'table' });
      expect(step?.decision?.reasons.map(({ code }) => code)).toEqual(['ASKED', 'NOBODY_TO_ASK']);
      await expect(request('approve', 'production')).rejects.toMatchObject({
        name: 'Conflict',
        message: expect.stringContaining('people apply'),
      });
      expect(await level('production')).toBe('observe');
    },
  );
});

test('whatever is asked, nobody alone has a higher level outside staging', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...DEPLOY_LEVELS), { maxLength: 6 }), async (levels) => {
      const { request, level, later } = await world('ada', 'grace');
      for (const each of levels) {
        await request(each, 'production');
        later(1);
      }
      expect(['observe', 'shadow']).toContain(await level('production'));
    }),
    { numRuns: 30, seed: 7 },
  );
});
