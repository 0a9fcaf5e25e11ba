import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../../shared/kernel/index.ts';
import { Entry, entryBytes } from '../../../../shared/ledger/index.ts';
import {
  canonicalText,
  isRefused,
  type Json,
  parseStrict,
  readLedgerEntry,
  unhex,
} from '../../../../shared/ledger/verifier/index.ts';

const Hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const Time = fc
  .date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const Name = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => text.isWellFormed());
const Sealed: fc.Arbitrary<Entry> = fc.record({
  ...{ v: fc.constant(1 as const), ledgerId: Name, kind: Name, id: Name, commitment: Hash, prev: Hash },
  ...{ seq: fc.maxSafeNat(), rev: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) },
  ...{ occurredAt: Time, sealedAt: Time, via: fc.constantFrom('stream' as const, 'reconcile' as const) },
});

/** What the writer's own schema and canonical form say of a text. */
function isEntry(text: string): boolean {
  try {
    const parsed = Entry.safeParse(JSON.parse(text));
    return parsed.success && canonicalJson(parsed.data) === text;
  } catch {
    return false;
  }
}

const SOUND: Entry = {
  ...{ v: 1, ledgerId: 'a', seq: 0, prev: '0'.repeat(64), kind: 'rollback', id: 'rbk_1', rev: 1 },
  ...{ occurredAt: '2026-11-21T10:00:00.000Z', sealedAt: '2026-11-21T10:00:01.000Z', via: 'stream' },
  commitment: 'c'.repeat(64),
};
const sound = entryBytes(SOUND);

describe('an entry', () => {
  test('is read as the writer wrote it, whatever its texts and numbers', async () => {
    await fc.assert(
      fc.property(Sealed, (entry) => {
        const { v: _v, prev, ...members } = entry;
        expect(readLedgerEntry(entryBytes(entry))).toEqual({ ...members, prev: unhex(prev) });
      }),
    );
  });

  test('is refused exactly where schema and canonical form of the writer refuse it, with any one character changed', async () => {
    await fc.assert(
      fc.property(Sealed, fc.nat(), fc.string({ unit: 'binary', maxLength: 2 }), (entry, place, by) => {
        const text = entryBytes(entry);
        const at = place % text.length;
        const changed = text.slice(0, at) + by + text.slice(at + 1);
        expect(isRefused(readLedgerEntry(changed))).toBe(!isEntry(changed));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ['a name twice', sound.replace('"v":1', '"v":1,"v":1'), 'unreadable: the name "v" stands twice'],
    ['half a surrogate pair', sound.replace('rbk_1', '\\ud800'), 'unreadable: half a surrogate pair'],
    ['a number beyond a double', sound.replace('"seq":0', '"seq":1e400'), 'unreadable: the number at'],
    [
      'a number beyond 2^53-1',
      sound.replace('"seq":0', '"seq":9007199254740992'),
      'unreadable: a name is empty, or a revision',
    ],
    ['minus zero', sound.replace('"seq":0', '"seq":-0'), 'not-canonical'],
    ['a space', sound.replace(',', ', '), 'not-canonical'],
    ['an escape that need not be', sound.replace('rbk_1', '\\u0072bk_1'), 'not-canonical'],
    ['another order', `{"via":"stream",${sound.slice(1).replace(',"via":"stream"', '')}`, 'not-canonical'],
    ['a further member', sound.replace('"v":1', '"v":1,"va":1'), 'unreadable'],
    [
      'a day that no calendar has',
      sound.replace('2026-11-21T10:00:00', '2026-02-30T10:00:00'),
      'unreadable: a name is empty, or a revision',
    ],
    ['revision 0', sound.replace('"rev":1', '"rev":0'), 'unreadable: a name is empty, or a revision'],
    ['nothing', '', 'unreadable'],
    ['a hundred thousand brackets', '['.repeat(100_000), 'unreadable: more than 64 levels'],
  ])('with %s is refused with the reason', (_, text, reason) => {
    const read = readLedgerEntry(text);
    expect(isRefused(read) ? read.refused : read).toContain(reason);
  });
});

describe('strict JSON', () => {
  test('reads what JSON.parse reads, and its canonical text is the one of the writer', async () => {
    await fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value, undefined, 1);
        const parsed = parseStrict(text);
        if (isRefused(parsed)) expect(parsed.refused).toContain('surrogate');
        else expect(canonicalText(parsed.value)).toBe(canonicalJson(JSON.parse(text)));
      }),
    );
  });

  test.each([
    '',
    '01',
    '1.',
    '.5',
    '+1',
    '1e',
    'nul',
    '"a',
    '"\t"',
    '"\\x"',
    '[1,]',
    '[1 2]',
    '{"a" 1}',
    '{a:1}',
    '{"a":1,}',
    '1 2',
    '"\\u12"',
    '\u00a01',
  ])('refuses %j with a reason', (text) => {
    expect(parseStrict(text)).toHaveProperty('refused');
  });

  test.each([
    ['{"a":[1,{"b":1,"b":2}]}', 'a.1.b'],
    ['{"a":1,"b":[[],"\\ud800"]}', 'b.1'],
    ['[{"a":{}},]', '1'],
    ['{} x', ''],
  ])('names the place of what it refuses in %j', (text, path) => {
    expect(parseStrict(text)).toMatchObject({ path });
  });

  test('keeps a member called __proto__ a member', () => {
    const text = '{"__proto__":{"a":1}}';
    const parsed = parseStrict(text);
    expect(isRefused(parsed) ? undefined : canonicalText(parsed.value)).toBe(text);
  });

  test('writes nothing that JSON cannot carry', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { '\udc00': 1 } as Json])
      expect(() => canonicalText(value)).toThrow(RangeError);
  });
});
