import { describe, expect, test } from 'vitest';
import { type ErasureRequest, eraseSubject } from '../../shared/ledger/erase/index.ts';
import { type DecisionRecord, eventsOf, sealDecisions } from '../../shared/ledger/index.ts';
import { reconcileLedger } from '../../shared/ledger/reconcile/index.ts';
import { decisionRecord } from '../support/decision-records.ts';
import { erasingWorld } from '../support/erasing-world.ts';
import { MINUTE } from '../support/reconcile-world.ts';

/** Put together here, so that no scanner takes this file for a leak. */
const HIDDEN = 'qRsTuVwXyZ0123456789AbCdEfGhIjKlMnOp';
const SECRETS: Readonly<Record<string, string>> = {
  'a GitHub token': `ghp${'_'}${HIDDEN}`,
  'a Slack token': `xoxb${'-'}${HIDDEN}`,
  'a JWT': `eyJ${HIDDEN}.${HIDDEN}.${HIDDEN}`,
  'a bearer header': `Authorization: Bearer ${HIDDEN}`,
  'the password of a URL': `https://bot:${HIDDEN}@db/x`,
  'an e-mail address': `${HIDDEN}@example.org`,
};

/** All that is kept of a ledger: entries and the contents of its own. */
function keptOf({ ledger }: ReturnType<typeof erasingWorld>): string {
  return [...ledger.stored, ...[...ledger.payloads.values()].map((each) => JSON.stringify(each))].join('\n');
}

const actor = { type: 'person', id: 'dana', via: 'api' } as const;
const RBK = { kind: 'rollback', id: 'rbk_1' } as const;

describe.each(Object.entries(SECRETS))("%s stands in nothing of the ledger's own", (_, secret) => {
  test('given as the reason of an erasure', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 1);
    const request: ErasureRequest = { ...RBK, reason: `because of ${secret}, said the mail` };
    await eraseSubject(world.deps, request, actor);
    expect(keptOf(world)).toContain('because of');
    expect(keptOf(world)).not.toContain(HIDDEN);
  });

  test('as who asked for an erasure', async () => {
    const world = erasingWorld();
    await world.subject(RBK, 1);
    await eraseSubject(world.deps, { ...RBK, reason: 'r' }, { ...actor, id: secret });
    expect(keptOf(world)).not.toContain(HIDDEN);
  });

  const { keys, newImage } = decisionRecord('a', 1);
  const poisoned: readonly (readonly [string, DecisionRecord])[] = [
    ['as a key of the table', { change: 'INSERT', keys: { pk: secret, sk: secret }, newImage: {} }],
    ['as a member', { change: 'INSERT', keys, newImage: { note: { deep: [`x ${secret}`] } } }],
    ['as the name of a member', { change: 'INSERT', keys, newImage: { [secret]: 1 } }],
    ['as the id of a sound envelope', { change: 'INSERT', keys, newImage: { ...newImage, id: secret } }],
    ['as an event', { change: 'INSERT', keys, newImage: { ...newImage, v: 2, event: secret } }],
    [
      'in both images of a change',
      { change: 'MODIFY', keys, newImage: { to: secret }, oldImage: { to: `was ${secret}` } },
    ],
    ['in what was removed', { change: 'REMOVE', keys, oldImage: { ...newImage, from: secret } }],
  ];
  test.each(poisoned)('%s, in a record that is no decision', async (_place, record) => {
    const world = erasingWorld();
    expect(await sealDecisions(world.deps, [record])).toMatchObject({ sealed: 1 });
    expect(keptOf(world)).toContain('"ledger.');
    expect(keptOf(world)).not.toContain(HIDDEN);
    if (record.newImage?.v !== 1) expect(eventsOf(record)).toEqual([]);
  });

  test('found in the decisions table by the reconciler', async () => {
    const world = erasingWorld();
    await world.step('rollback', 'rbk_1');
    world.table.get('rollback/rbk_1')?.push({ pk: 'ROLLBACK#rbk_1', sk: secret, at: secret, note: secret });
    world.clock.advance(10 * MINUTE);
    await reconcileLedger(world.reconcile, { mode: 'full', at: 't', until: world.clock() + MINUTE });
    expect(keptOf(world)).toContain('ledger.rejected');
    expect(keptOf(world)).not.toContain(HIDDEN);
  });
});
