import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  append,
  Entry,
  emptyHead,
  entryBytes,
  type LedgerHead,
  leafHash,
  linkHash,
  type Unsealed,
  verifyLedger,
  verifyLedgerStream,
} from '../../../shared/ledger/index.ts';

const LEDGER = 'holdfast-test';

function ledgerOf(size: number): { entries: string[]; head: LedgerHead } {
  const records = Array.from(
    { length: size },
    (_, at): Unsealed => ({
      ...{ kind: 'rollback', id: `rbk_${at % 3}`, rev: Math.floor(at / 3) + 1, via: 'stream' },
      ...{ occurredAt: '2026-11-21T10:00:00.000Z', commitment: 'c'.repeat(64) },
    }),
  );
  const { entries, head } = append(emptyHead(LEDGER), records, Date.parse('2026-11-21T10:00:01Z'));
  return { entries: entries.map(({ bytes }) => bytes), head };
}

function edited(bytes: string, change: Partial<Entry>): string {
  return entryBytes({ ...Entry.parse(JSON.parse(bytes)), ...change });
}

const SIZE = 7;
const { entries, head } = ledgerOf(SIZE);
const places = [
  ['first', 0],
  ['middle', 3],
  ['last', SIZE - 1],
] as const;
const at = (place: number): string => entries[place] ?? '';
const replaced = (place: number, ...by: string[]): string[] => entries.toSpliced(place, 1, ...by);

describe('a ledger nobody touched', () => {
  test('is sound at every size to 40, and its root is the one of its head', async () => {
    await fc.assert(
      fc.property(fc.nat(40), (size) => {
        const ledger = ledgerOf(size);
        expect(verifyLedger(ledger.entries, ledger.head)).toMatchObject({ kind: 'sound', size });
      }),
    );
  });

  test('is sound when it is read page by page', async () => {
    expect(await verifyLedgerStream(entries, head)).toEqual(verifyLedger(entries, head));
  });
});

describe.each(places)('tampering with the %s entry is found and named', (_, place) => {
  const verdict = (tampered: readonly string[]) => verifyLedger(tampered, head);
  const found = (reason: string) => ({ kind: 'bad', firstBad: place, reason });

  test.each([
    ['its commitment', { commitment: 'd'.repeat(64) }],
    ['its revision', { rev: 99 }],
    ['its time of sealing', { sealedAt: '2026-11-21T10:00:01.001Z' }],
  ] as [string, Partial<Entry>][])('an edit of %s', (_, change) => {
    expect(verdict(replaced(place, edited(at(place), change)))).toMatchObject(found('altered'));
  });

  test('an edit of its predecessor', () => {
    const tampered = replaced(place, edited(at(place), { prev: 'e'.repeat(64) }));
    expect(verdict(tampered)).toMatchObject(found('altered'));
  });

  test('an edit of its number', () => {
    expect(verdict(replaced(place, edited(at(place), { seq: place + 5 })))).toMatchObject(found('missing'));
  });

  test('the same entry in bytes that are not canonical', () => {
    const spaced = JSON.stringify(JSON.parse(at(place)), undefined, 1);
    expect(verdict(replaced(place, spaced))).toMatchObject(found('not-canonical'));
  });

  test('bytes that are no entry, and an entry with a further member', () => {
    expect(verdict(replaced(place, 'null'))).toMatchObject(found('unreadable'));
    expect(verdict(replaced(place, '{'))).toMatchObject(found('unreadable'));
    const more = JSON.stringify({ ...JSON.parse(at(place)), more: 1 });
    expect(verdict(replaced(place, more))).toMatchObject(found('unreadable'));
  });

  test('an entry of another ledger', () => {
    const other = edited(at(place), { ledgerId: 'another' });
    expect(verdict(replaced(place, other))).toMatchObject(found('other-ledger'));
  });

  test('its deletion', () => {
    const reason = place === SIZE - 1 ? 'truncated' : 'missing';
    expect(verdict(replaced(place))).toMatchObject(found(reason));
  });

  test('an entry inserted before it under its number', () => {
    const intruder = edited(at(place), { commitment: 'f'.repeat(64) });
    expect(verdict(replaced(place, intruder, at(place)))).toMatchObject(found('inserted'));
  });

  test('its repetition', () => {
    const verdictOfCopy = verdict(replaced(place, at(place), at(place)));
    expect(verdictOfCopy).toMatchObject({ kind: 'bad', firstBad: place + 1, reason: 'inserted' });
  });
});

describe('tampering with several entries', () => {
  test.each([
    ['the first two', 0],
    ['two in the middle', 3],
    ['the last two', SIZE - 2],
  ] as const)('%s swapped are found at the first of them', (_, place) => {
    const swapped = entries.toSpliced(place, 2, at(place + 1), at(place));
    expect(verifyLedger(swapped, head)).toMatchObject({ kind: 'bad', firstBad: place, reason: 'missing' });
  });

  test.each([0, 3, SIZE - 1])('a ledger cut to %i entries is truncated there', (size) => {
    const verdict = verifyLedger(entries.slice(0, size), head);
    expect(verdict).toEqual({ kind: 'bad', firstBad: size, reason: 'truncated' });
  });

  test('entries beyond the head are named', () => {
    const longer = ledgerOf(SIZE + 2);
    const verdict = verifyLedger(longer.entries, head);
    expect(verdict).toEqual({ kind: 'bad', firstBad: SIZE, reason: 'beyond-head' });
  });

  test('a run rewritten with fitting links is found by the head, and the run is bounded', () => {
    let prev = Entry.parse(JSON.parse(at(4))).prev;
    const rewritten = entries.map((bytes, place) => {
      if (place < 4) return bytes;
      const entry = { ...Entry.parse(JSON.parse(bytes)), prev, commitment: 'b'.repeat(64) };
      prev = linkHash(entry, leafHash(entryBytes(entry)));
      return entryBytes(entry);
    });
    const verdict = verifyLedger(rewritten, head);
    expect(verdict).toEqual({ kind: 'bad', firstBad: 6, reason: 'altered', suspects: { from: 4, to: 6 } });
  });

  test('a head whose tree is not the tree of the entries is named', () => {
    const frontier = ['a'.repeat(64), ...head.frontier.slice(1)];
    expect(verifyLedger(entries, { ...head, frontier })).toMatchObject({ kind: 'bad', reason: 'head' });
    expect(verifyLedger(entries, { ...head, frontier: [] })).toMatchObject({ kind: 'bad', reason: 'head' });
  });

  test('sealing times that run backwards are named even where all links fit', () => {
    let [chain, entriesBack] = [emptyHead(LEDGER), [] as string[]];
    for (const now of [2_000, 1_000]) {
      const record = Entry.parse(JSON.parse(at(0)));
      const { sealedAt: _, ...forgetful } = chain;
      const step = append(forgetful, [record], now);
      entriesBack = [...entriesBack, ...step.entries.map(({ bytes }) => bytes)];
      chain = step.head;
    }
    expect(verifyLedger(entriesBack, chain)).toEqual({ kind: 'bad', firstBad: 1, reason: 'clock' });
  });

  test('any one changed character anywhere is found', async () => {
    await fc.assert(
      fc.property(fc.nat(SIZE - 1), fc.nat(1_000), (place, offset) => {
        const bytes = at(place);
        const index = offset % bytes.length;
        const other = bytes[index] === '7' ? '8' : '7';
        const tampered = replaced(place, bytes.slice(0, index) + other + bytes.slice(index + 1));
        expect(verifyLedger(tampered, head)).toMatchObject({ kind: 'bad', firstBad: place });
      }),
    );
  });
});
