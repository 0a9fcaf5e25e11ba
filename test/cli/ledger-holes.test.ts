import { afterEach, describe, expect, test } from 'vitest';
import type { Api } from '../../cli/http.ts';
import { holeChecker, nameOf, type SealedEntries } from '../../cli/ledger-holes.ts';
import { Entry, erasedEntryId, type StatementKind, statement } from '../../shared/ledger/index.ts';
import { seededRandom } from '../support/chance.ts';
import { type ApiServer, serve } from './api-server.ts';
import { holdfastHere } from './run.ts';

const HOLE = { kind: 'rollback', id: 'rbk_1', rev: 1 };
const DAY = 86_400_000;
const OLD = Date.parse('2026-09-01T00:00:00.000Z');
const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

type Place = {
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
  readonly commitment?: string;
};
function entry(seq: number, sealedAt: number, place: Place): Entry {
  const chain = { v: 1, ledgerId: 'l', seq, prev: '0'.repeat(64), via: 'stream' } as const;
  const times = { occurredAt: iso(sealedAt), sealedAt: iso(sealedAt) };
  return Entry.parse({ ...chain, ...times, commitment: 'a'.repeat(64), ...place });
}

/** An expiry as the ledger holds it, and the API that shows what it says. */
function expiry(says: object, seq = 9, sealedAt = NOW) {
  const source = { key: { pk: 'x', sk: 'y' }, image: 'z' };
  const made = { now: sealedAt, random: seededRandom(3) };
  const { unsealed, payload } = statement(
    'ledger.retention' satisfies StatementKind,
    source,
    { ...says },
    made,
  );
  const { kind, id, rev, commitment } = unsealed;
  return { entry: entry(seq, sealedAt, { kind, id, rev, commitment }), payload };
}

const says = { from: 0, to: 2, ranges: [[0, 2]], policy: { days: 30, before: iso(NOW - 30 * DAY) } };
const mapOf = (...entries: readonly Entry[]): SealedEntries =>
  new Map(entries.map((each) => [nameOf(each), each]));
const answering =
  (payload: unknown): Api =>
  async (_method, path) => {
    expect(path).toMatch(/^\/v1\/ledger\/statements\/ledger\.retention\/[0-9a-f]{64}$/);
    if (payload === undefined) throw Object.assign(new Error('404'), { exitCode: 1, status: 404 });
    return payload;
  };
const silent: Api = async () => {
  throw new Error('nothing has to be read');
};

describe('a payload that is missing', () => {
  const erasure = (seq: number) =>
    entry(seq, NOW, { kind: 'ledger.erased', id: erasedEntryId(HOLE), rev: 1 });

  test('is explained by a later entry of its erasure, by no other, and by none that came before it', async () => {
    const own = entry(1, OLD, HOLE);
    expect(await holeChecker(silent, mapOf(own, erasure(5)))(HOLE)).toBeUndefined();
    const other = { kind: 'ledger.erased', id: erasedEntryId({ ...HOLE, rev: 2 }), rev: 1 };
    expect(await holeChecker(silent, mapOf(own, entry(5, NOW, other)))(HOLE)).toContain('no earlier erasure');
    expect(await holeChecker(silent, mapOf(entry(6, OLD, HOLE), erasure(5)))(HOLE)).toContain('no earlier');
  });

  test('is explained by an expiry that names it, and whose words are what the ledger committed to', async () => {
    const { entry: own, payload } = expiry(says);
    expect(await holeChecker(answering(payload), mapOf(entry(1, OLD, HOLE), own))(HOLE)).toBeUndefined();
  });

  test.each([
    [
      'that was forged',
      says,
      (payload: object) => ({ ...payload, bytes: JSON.stringify(says) }),
      OLD,
      'entries 9',
    ],
    ['that nobody has', says, () => undefined, OLD, 'cannot be verified'],
    [
      'of other entries',
      { ...says, ranges: [[5, 7]] },
      (payload: object) => payload,
      OLD,
      'no earlier erasure',
    ],
    ['of a decision that is too young', says, (payload: object) => payload, NOW - DAY, 'no earlier erasure'],
    [
      'with a cut-off that its days do not allow',
      { ...says, policy: { days: 30, before: iso(NOW) } },
      (payload: object) => payload,
      OLD,
      'no earlier erasure',
    ],
    [
      'in another form',
      { ranges: 'all of it' },
      (payload: object) => payload,
      OLD,
      'entries 9 say cannot be verified',
    ],
  ])('is a finding after an expiry %s', async (_, content, shown, sealedAt, problem) => {
    const { entry: own, payload } = expiry(content);
    const check = holeChecker(answering(shown(payload ?? {})), mapOf(entry(1, sealedAt, HOLE), own));
    expect(await check(HOLE)).toContain(problem);
  });

  test('is a finding where its decision is not sealed', async () => {
    expect(await holeChecker(silent, mapOf(erasure(5)))(HOLE)).toContain('it is not sealed');
  });
});

describe('holdfast ledger erase', () => {
  let api: ApiServer | undefined;
  afterEach(() => api?.close());

  test('sends kind, id and reason, and says what was removed', async () => {
    const answer = { kind: 'rollback', id: 'rbk_1', decisions: 5, erased: 4, gone: 1 };
    api = await serve({ 'POST /v1/ledger/erasures': answer });
    const args = ['ledger', 'erase', 'rollback', 'rbk_1', '--reason', 'request 17'];
    const { code, stdout } = await holdfastHere(args, api.url);
    const body = { kind: 'rollback', id: 'rbk_1', reason: 'request 17' };
    expect(api.calls).toEqual([{ call: 'POST /v1/ledger/erasures', body }]);
    expect(stdout).toContain('the contents of 4 of 5 decisions are erased, those of 1 were gone before');
    expect(code).toBe(0);
  });

  test('without a reason it asks nobody', async () => {
    const { code, stderr } = await holdfastHere(['ledger', 'erase', 'rollback', 'rbk_1']);
    expect(stderr).toContain('--reason is missing');
    expect(code).toBe(2);
  });
});
