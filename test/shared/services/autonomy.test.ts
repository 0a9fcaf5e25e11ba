import { expect, test } from 'vitest';
import {
  autonomyView,
  putAutonomy,
  putKillSwitch,
  putService,
  readAutonomy,
  readAutonomyTable,
} from '../../../shared/services/index.ts';
import { fixedClock, seededRandom } from '../../support/chance.ts';
import { memoryStore } from '../../support/memory-store.ts';
import { serviceDocument } from './documents.ts';

const actor = { type: 'person', id: 'ada', via: 'api' } as const;
const PLACE = { service: 'shop', environment: 'staging', action: 'rollback' } as const;
const asked = (key: string) => ({ actor, correlationId: 'c', key });

async function world() {
  const store = memoryStore();
  const software = { version: 't', configDigest: 't' };
  const deps = { store, clock: fixedClock(), random: seededRandom(), software };
  await putService(deps, { name: 'shop', document: serviceDocument(), ...asked('register') });
  return { store, deps };
}

test('a new service is at observe and the kill switch is off', async () => {
  const { deps } = await world();
  expect(await readAutonomy(deps, PLACE)).toEqual({ level: 'observe', killSwitch: { on: false } });
});

test('a level that was set is read at the next action', async () => {
  const { deps } = await world();
  await putAutonomy(deps, { ...PLACE, level: 'auto' }, asked('k1'));
  expect((await readAutonomy(deps, PLACE)).level).toBe('auto');
  await putAutonomy(deps, { ...PLACE, level: 'suggest' }, asked('k2'));
  expect((await readAutonomy(deps, PLACE)).level).toBe('suggest');
});

test('a change of level is a decision with its rule and its reason', async () => {
  const { deps, store } = await world();
  await putAutonomy(deps, { ...PLACE, level: 'auto' }, asked('k1'));
  const [step] = await store.decisions({ kind: 'autonomy', id: 'table' });
  expect(step?.decision).toMatchObject({
    event: 'AutonomyChanged',
    actor,
    rule: { name: 'set-autonomy', version: 1 },
    outcome: { from: 'observe', to: 'auto', change: 'raised' },
    reasons: [{ code: 'ASKED', text: 'rollback of shop in staging went from observe to auto' }],
  });
});

test('a level for what the registry does not know is refused', async () => {
  const { deps } = await world();
  const unknown = { ...PLACE, service: 'ghost', level: 'auto' } as const;
  await expect(putAutonomy(deps, unknown, asked('k'))).rejects.toMatchObject({ name: 'NotFound' });
  const nowhere = { ...PLACE, environment: 'moon', level: 'auto' } as const;
  await expect(putAutonomy(deps, nowhere, asked('k'))).rejects.toMatchObject({ name: 'NotFound' });
});

test('the kill switch says who turned it, when and why, and keeps the levels', async () => {
  const { deps } = await world();
  await putAutonomy(deps, { ...PLACE, level: 'auto' }, asked('k1'));
  await putKillSwitch(deps, { on: true, reason: 'storm' }, asked('k2'));
  expect(await readAutonomy(deps, PLACE)).toEqual({
    level: 'auto',
    killSwitch: { on: true, reason: 'storm', by: 'ada', at: '2026-11-21T10:00:00.000Z' },
  });
  await putKillSwitch(deps, { on: false, reason: 'over' }, asked('k3'));
  expect((await readAutonomy(deps, PLACE)).killSwitch.on).toBe(false);
});

test('a position that the kill switch has already decides nothing', async () => {
  const { deps, store } = await world();
  await putKillSwitch(deps, { on: true, reason: 'storm' }, asked('k1'));
  await putKillSwitch(deps, { on: true, reason: 'again' }, asked('k2'));
  expect(await store.decisions({ kind: 'autonomy', id: 'table' })).toHaveLength(1);
});

test('two levels set at once: one of the two is told to look again', async () => {
  const { deps } = await world();
  const results = await Promise.allSettled([
    putAutonomy(deps, { ...PLACE, level: 'auto' }, asked('k1')),
    putAutonomy(deps, { ...PLACE, level: 'suggest' }, asked('k2')),
  ]);
  const refused = results.filter((result) => result.status === 'rejected');
  expect(refused).toMatchObject([{ reason: { name: 'Conflict' } }]);
});

test('the kill switch goes on although somebody sets a level at the same moment', async () => {
  const { deps, store } = await world();
  let raced = false;
  const racing = {
    ...store,
    write: async (write: Parameters<typeof store.write>[0]) => {
      if (!raced) {
        raced = true;
        await putAutonomy(deps, { ...PLACE, level: 'auto' }, asked('k1'));
      }
      return store.write(write);
    },
  };
  await putKillSwitch({ ...deps, store: racing }, { on: true, reason: 'storm' }, asked('k2'));
  expect(await readAutonomy(deps, PLACE)).toMatchObject({ level: 'auto', killSwitch: { on: true } });
});

test('an unreadable table lets nothing act', async () => {
  const { deps, store } = await world();
  await putKillSwitch(deps, { on: true, reason: 'storm' }, asked('k1'));
  const head = await store.head({ kind: 'autonomy', id: 'table' });
  const broken = { ...store, head: async () => head && { ...head, data: {} } };
  await expect(readAutonomy({ store: broken }, PLACE)).rejects.toMatchObject({ name: 'Malformed' });
});

test('the view lists what was set, and what stands for the rest', async () => {
  const { deps } = await world();
  await putAutonomy(deps, { ...PLACE, level: 'approve' }, asked('k1'));
  expect(autonomyView(await readAutonomyTable(deps))).toEqual({
    rev: 1,
    default: 'observe',
    levels: [{ ...PLACE, level: 'approve' }],
    killSwitch: { on: false },
    pending: [],
  });
});

test('a secret in the reason of the kill switch is shown to nobody', async () => {
  const { deps } = await world();
  const reason = `leaked: ghp${'_'}abcdefghij0123456789ABCDEFGHIJ`;
  const table = await putKillSwitch(deps, { on: true, reason }, asked('k1'));
  expect(autonomyView(table).killSwitch.reason).toBe('leaked: [redacted]');
});
