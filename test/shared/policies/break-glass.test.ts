import { expect, test } from 'vitest';
import { answerApprovalBy, putPeople } from '../../../shared/approvals/index.ts';
import {
  askToBreakGlass,
  BUILT_IN_SET,
  exceptionsOf,
  readPolicies,
  settleGlass,
} from '../../../shared/policies/index.ts';
import { putService } from '../../../shared/services/index.ts';
import { seededRandom } from '../../support/chance.ts';
import { expectReplay } from '../../support/expect-replay.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { serviceDocument } from '../services/documents.ts';
import { evaluate } from './facts.ts';

const START = Date.parse('2026-11-20T17:00:00.000Z');
const MINUTE = 60_000;
const REQUEST = { service: 'shop', environment: 'staging', reason: 'the fix itself', minutes: 60 };
const ada = { type: 'person', id: 'ada', via: 'api' } as const;

async function world() {
  const store = memoryStore();
  let now = START;
  const software = { version: 't', configDigest: 't' };
  const deps = { store, clock: () => now, random: seededRandom(), software };
  const asked = (key: string, actor: object = ada) => ({
    actor: { ...ada, ...actor },
    correlationId: 'c',
    key,
  });
  await putService(deps, { name: 'shop', document: serviceDocument(), ...asked('register') });
  const people = ['ada', 'grace'].map((person) => ({
    ...{ person, role: 'approver' as const, identities: [{ via: 'github' as const, id: person }] },
  }));
  await putPeople(deps, { people }, asked('people'));
  const answering = {
    ...deps,
    wake: () => settleGlass(deps),
    planNow: async () => undefined,
  };
  const answer = (approvalId: string, person: string, verdict: 'approve' | 'reject' = 'approve') =>
    answerApprovalBy(answering, {
      ...{ approvalId, person, verdict, reason: 'seen', overrides: [], role: 'approver', via: 'api' },
    });
  const glass = async () => (await readPolicies(store)).breakGlass[0];
  const lifted = async (minutes: number) => {
    const exceptions = exceptionsOf(await readPolicies(store));
    const at = new Date(START + minutes * MINUTE).toISOString();
    const facts = { ...FACTS, service: 'shop', environment: 'staging' };
    return evaluate({ set: BUILT_IN_SET, facts, exceptions, at }).verdict === 'allow';
  };
  const later = (minutes: number) => {
    now = START + minutes * MINUTE;
  };
  return { store, deps, asked, answer, glass, lifted, later };
}

const FACTS = {
  ...{ tier: 'low' as const, score: '0.1', budget: { declared: false as const } },
  change: { lines: 1, migration: false, dataClasses: [] },
};

test('two people lift the blocks at one place, and it ends by itself', async () => {
  const { store, deps, asked, answer, glass, lifted, later } = await world();
  const { id } = await askToBreakGlass(deps, REQUEST, asked('k'));
  expect(await lifted(1)).toBe(false);
  later(5);
  await answer(id, 'grace');
  expect(await glass()).toMatchObject({
    ...{ state: 'open', askedBy: 'ada', grantedBy: 'grace', expiresAt: '2026-11-20T18:05:00.000Z' },
  });
  expect(await lifted(6)).toBe(true);
  expect(await lifted(65)).toBe(false);
  const steps = await store.decisions({ kind: 'policy', id: 'set' });
  expect(steps.map(({ envelope }) => envelope.event)).toEqual(['BreakGlassAsked', 'BreakGlassOpened']);
  await expectReplay(store);
  expect((await store.head({ kind: 'approval', id }))?.state.kind).toBe('Used');
});

test('the one who asks cannot grant it', async () => {
  const { deps, asked, answer, glass, lifted } = await world();
  const { id } = await askToBreakGlass(deps, REQUEST, asked('k'));
  await expect(answer(id, 'ada')).rejects.toMatchObject({ name: 'Forbidden' });
  expect(await glass()).toMatchObject({ state: 'asked' });
  expect(await lifted(1)).toBe(false);
});

test('an identity that is nobody cannot ask, and a place that is not known has no glass', async () => {
  const { deps, asked } = await world();
  const machine = asked('k', { type: 'system', id: 'ci' });
  await expect(askToBreakGlass(deps, REQUEST, machine)).rejects.toMatchObject({ name: 'Forbidden' });
  const nowhere = { ...REQUEST, environment: 'moon' };
  await expect(askToBreakGlass(deps, nowhere, asked('k'))).rejects.toMatchObject({ name: 'NotFound' });
});

test('a no refuses it, and silence lets it lapse', async () => {
  const { store, deps, asked, answer, glass, later } = await world();
  const first = await askToBreakGlass(deps, REQUEST, asked('k1'));
  await answer(first.id, 'grace', 'reject');
  expect(await glass()).toMatchObject({ state: 'refused' });
  later(1);
  const second = await askToBreakGlass(deps, REQUEST, asked('k2'));
  later(40);
  await expect(answer(second.id, 'grace')).rejects.toMatchObject({ name: 'Conflict' });
  await settleGlass(deps);
  expect((await readPolicies(store)).breakGlass.map(({ state }) => state)).toEqual(['refused', 'lapsed']);
  expect((await store.head({ kind: 'approval', id: second.id }))?.state.kind).toBe('Expired');
});

test('a request that is repeated is one request; a question that was never put is put later', async () => {
  const { store, deps, asked, answer, lifted } = await world();
  const { id } = await askToBreakGlass(deps, REQUEST, asked('k'));
  expect((await askToBreakGlass(deps, REQUEST, asked('k'))).id).toBe(id);
  expect((await readPolicies(store)).breakGlass).toHaveLength(1);
  await settleGlass(deps);
  await answer(id, 'grace');
  await settleGlass(deps);
  expect(await lifted(1)).toBe(true);
});
