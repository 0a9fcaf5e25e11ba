import { describe, expect, test } from 'vitest';
import { MAX_WEBHOOK_BYTES, WEBHOOK_LIMITS, WEBHOOK_SOURCES } from '../../../shared/signals/contract.ts';
import { receiveWebhook } from '../../../shared/signals/index.ts';
import { alert, alertGroup, checkRunBody, genericBody, NOW, slackEvent } from './bodies.ts';
import { door, proofOf } from './door.ts';

const GENERIC = { source: 'generic', match: { service: 'shop' } };
const github = { 'x-github-event': 'check_run', 'x-github-delivery': 'guid-1' };

describe('14 redelivery and size', () => {
  test('14 what is delivered again under its GUID, by hand or by our sweeper, is a duplicate', async () => {
    const { deliver, signals } = await door();
    await deliver('github', checkRunBody('success'), github);
    const again = await deliver('github', checkRunBody('success'), github);
    expect(again).toMatchObject({ accepted: { accepted: 0, duplicates: 1 } });
    expect(signals.all()).toHaveLength(1);
  });

  test('14 no source may send more than a synchronous Lambda takes in base 64', () => {
    expect(Math.max(...Object.values(WEBHOOK_LIMITS))).toBe(MAX_WEBHOOK_BYTES);
    expect((MAX_WEBHOOK_BYTES * 4) / 3).toBeLessThan(6 * 1024 * 1024);
  });

  test.each(WEBHOOK_SOURCES)(
    '14 a body of %s over its limit is refused before it is verified',
    async (source) => {
      const { deps } = await door();
      const body = new Uint8Array(WEBHOOK_LIMITS[source] + 1);
      const delivery = { headers: { authorization: 'Bearer right' }, body };
      const answer = receiveWebhook(deps, { source, method: 'POST', delivery });
      await expect(answer).rejects.toMatchObject({ name: 'TooLarge' });
    },
  );

  test('14 only the hash and the size of a body are kept, however large it is', async () => {
    const { deliver, signals } = await door();
    const padded = { ...checkRunBody('failure'), padding: 'x'.repeat(1_000_000) };
    await deliver('github', padded, github);
    expect(signals.all()[0]?.raw.bytes).toBeGreaterThan(1_000_000);
    expect(JSON.stringify(signals.all()).length).toBeLessThan(5000);
  });
});

describe('15 clocks', () => {
  test.each([
    [-301, 'refused'],
    [-300, 'acknowledged'],
    [300, 'acknowledged'],
    [301, 'refused'],
  ])('15 a signed time %i s off ours is %s', async (skew, expected) => {
    const { clock, deps } = await door();
    const body = Buffer.from(JSON.stringify(slackEvent()));
    const delivery = { headers: proofOf('slack', body, clock() + skew * 1000), body };
    const answer = receiveWebhook(deps, { source: 'slack', method: 'POST', delivery });
    const kind = await answer.then(
      (each) => each.kind,
      () => 'refused',
    );
    expect(kind).toBe(expected);
  });

  test('15 a start in the future becomes now, is flagged, and still opens', async () => {
    const { deliver, route, opened } = await door(GENERIC);
    await deliver('generic', genericBody({ startsAt: '2026-11-21T10:20:00Z' }));
    await route();
    expect(opened).toMatchObject([{ startsAt: NOW, flags: ['future-start'] }]);
  });

  test.each([
    ['2026-11-21T04:00:00Z', 1, []],
    ['2026-11-21T03:59:59Z', 0, ['late']],
  ])('15 what began at %s, six hours before ten and a second: opened %i', async (startsAt, count, flags) => {
    const { deliver, route, opened, signals } = await door(GENERIC);
    await deliver('generic', genericBody({ startsAt }));
    await route();
    expect(opened).toHaveLength(count);
    expect(signals.all()[0]?.flags).toEqual(flags);
  });
});

describe('18 storms and poison', () => {
  test('18 five hundred deliveries of the same at once are one signal and one rollback', async () => {
    const { deliver, route, opened, signals } = await door(GENERIC);
    await Promise.all(Array.from({ length: 500 }, () => deliver('generic', genericBody())));
    await route();
    expect([signals.all().length, opened.length]).toEqual([1, 1]);
  });

  test('18 one poisoned alert refuses its delivery by the name of the field, and stores no half of it', async () => {
    const { deliver, signals } = await door();
    const poisoned = alertGroup(alert(), alert({ startsAt: 'soon' }));
    await expect(deliver('alertmanager', poisoned)).rejects.toMatchObject({
      name: 'InvalidInput',
      issues: [{ path: 'alerts.1.startsAt' }],
    });
    expect(signals.all()).toEqual([]);
  });

  test('18 no header of a delivery and no secret in its texts is ever stored', async () => {
    const { deliver, signals } = await door();
    const title = `login with ghp_${'a'.repeat(36)} failed`;
    await deliver('generic', genericBody({ title, labels: { note: 'Bearer abcdefgh12345678' } }));
    const stored = JSON.stringify(signals.all());
    for (const secret of ['right', 'ghp_a', 'abcdefgh12345678']) expect(stored).not.toContain(secret);
  });

  test.each([
    ['a field that it does not have', { colour: 'red' }, 'colour'],
    ['a status of its own', { status: 'burning' }, 'status'],
    ['a start that is no time', { startsAt: 'yesterday' }, 'startsAt'],
    ['an address that is none', { links: ['javascript:alert(1)'] }, 'links.0'],
    [
      'fifty-one labels',
      { labels: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [n, ''])) },
      'labels',
    ],
  ])('18 our own form is refused with %s', async (_, change, path) => {
    const { deliver } = await door();
    await expect(deliver('generic', genericBody(change))).rejects.toMatchObject({ issues: [{ path }] });
  });
});
