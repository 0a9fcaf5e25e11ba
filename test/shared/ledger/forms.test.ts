import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalJson, commitmentOf, type Envelope } from '../../../shared/kernel/index.ts';
import {
  append,
  appendLeaf,
  classify,
  Entry,
  emptyHead,
  entryBytes,
  type Frontier,
  leafHash,
  linkHash,
  rootOf,
} from '../../../shared/ledger/index.ts';
import { seededRandom } from '../../support/chance.ts';
import vectors from './vectors.json' with { type: 'json' };

/** The formulas of the specification over node:crypto alone, beside the code under test. */
function sha256(...parts: (Buffer | string)[]): string {
  return createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest('hex');
}

describe('forms that can never change', () => {
  test('a fixed decision has its fixed canonical bytes', () => {
    expect(canonicalJson(vectors.decision)).toBe(vectors.decisionBytes);
  });

  test('its commitment is SHA-256 of 0x03, salt and bytes', () => {
    const salt = Buffer.from(vectors.salt, 'hex');
    expect(commitmentOf(salt, vectors.decisionBytes)).toBe(vectors.commitment);
    expect(sha256(Buffer.from([3]), salt, vectors.decisionBytes)).toBe(vectors.commitment);
  });

  test('each entry has its fixed bytes, leaf and link', () => {
    for (const vector of vectors.entries) {
      const entry = Entry.parse(vector.entry);
      const seq = Buffer.alloc(8);
      seq.writeUInt32BE(entry.seq, 4);
      const prev = Buffer.from(entry.prev, 'hex');
      expect(entryBytes(entry)).toBe(vector.bytes);
      expect(leafHash(vector.bytes)).toBe(vector.leaf);
      expect(sha256(Buffer.from([0]), vector.bytes)).toBe(vector.leaf);
      expect(linkHash(entry, vector.leaf)).toBe(vector.link);
      const leaf = Buffer.from(vector.leaf, 'hex');
      expect(sha256(Buffer.from([2]), 'holdfast-test', seq, prev, leaf)).toBe(vector.link);
    }
  });

  test('the frontier and the root of three entries are fixed', () => {
    const leaves = vectors.entries.map((entry) => entry.leaf);
    const frontier = leaves.reduce<Frontier>((range, leaf, size) => appendLeaf(range, size, leaf), []);
    expect(frontier).toEqual(vectors.frontier);
    expect(rootOf(frontier)).toBe(vectors.root);
  });

  test('appending the same records gives the same entries and head', () => {
    const records = vectors.entries.map(({ entry }) => Entry.parse(entry));
    const { entries, head } = append(emptyHead('holdfast-test'), records, Date.parse('2026-11-21T10:00:01Z'));
    expect(entries.map(({ bytes }) => bytes)).toEqual(vectors.entries.map(({ bytes }) => bytes));
    expect(head).toEqual({
      ledgerId: 'holdfast-test',
      size: 3,
      frontier: vectors.frontier,
      prev: vectors.entries[2]?.link,
      sealedAt: '2026-11-21T10:00:01.000Z',
    });
  });

  test('sealedAt does not follow a clock that runs backwards', () => {
    const record = Entry.parse(vectors.entries[0]?.entry);
    const first = append(emptyHead('x'), [record], 2_000);
    const second = append(first.head, [record], 1_000);
    expect(second.entries[0]?.entry.sealedAt).toBe('1970-01-01T00:00:02.000Z');
    expect(append(first.head, [], 9_000).head).toEqual(first.head);
  });

  test('the id of a special entry can be computed from keys and image alone', () => {
    const { keys, newImage } = vectors.special;
    const deps = { now: 0, random: seededRandom(3) };
    const changed = classify({ change: 'MODIFY', keys, newImage }, deps);
    expect(changed.unsealed).toMatchObject({ kind: 'ledger.altered', id: vectors.special.idOfImage, rev: 1 });
    const removed = classify({ change: 'REMOVE', keys }, deps);
    expect(removed.unsealed.id).toBe(vectors.special.idOfRemoval);
    expect(canonicalJson(JSON.parse(removed.payload?.bytes ?? ''))).toBe(removed.payload?.bytes);
    const salt = Buffer.from(removed.payload?.salt ?? '', 'hex');
    expect(commitmentOf(salt, removed.payload?.bytes ?? '')).toBe(removed.unsealed.commitment);
  });
});

describe('classifying a record of the decisions stream', () => {
  const sound: Envelope & { pk: string; sk: string } = {
    ...{ v: 1, kind: 'rollback', id: 'rbk_1', rev: 7, at: '2026-11-21T10:00:00.000Z', correlationId: 'c' },
    ...{ from: 'A', event: 'Moved', to: 'B', events: [], commitment: 'a'.repeat(64) },
    ...{ pk: 'ROLLBACK#rbk_1', sk: 'REV#000007' },
  };
  const keys = { pk: sound.pk, sk: sound.sk };
  const kindOf = (record: Parameters<typeof classify>[0]): string =>
    classify(record, { now: 0, random: seededRandom(5) }).unsealed.kind;

  test('a sound new decision is sealed as itself', () => {
    const { unsealed, payload } = classify(
      { change: 'INSERT', keys, newImage: sound },
      { now: 0, random: seededRandom(5) },
    );
    const { kind, id, rev, at, commitment } = sound;
    expect(unsealed).toEqual({ kind, id, rev, occurredAt: at, via: 'stream', commitment });
    expect(payload).toBeUndefined();
  });

  test.each([
    ['a missing commitment', { ...sound, commitment: undefined }],
    ['a commitment that is no hash', { ...sound, commitment: 'A'.repeat(64) }],
    ['an unknown kind', { ...sound, kind: 'spaceship' }],
    ['revision 0', { ...sound, rev: 0 }],
    ['a time without milliseconds', { ...sound, at: '2026-11-21T10:00:00Z' }],
    ['another version', { ...sound, v: 2 }],
    ['keys of another revision', { ...sound, rev: 8 }],
    ['keys of another subject', { ...sound, id: 'rbk_2' }],
    ['half a surrogate pair', { ...sound, id: '\ud800' }],
    ['no image at all', undefined],
  ])('%s is sealed as rejected', (_, newImage) => {
    expect(kindOf({ change: 'INSERT', keys, ...(newImage !== undefined && { newImage }) })).toBe(
      'ledger.rejected',
    );
  });

  test('a changed and a removed decision are sealed as altered', () => {
    expect(kindOf({ change: 'MODIFY', keys, newImage: sound, oldImage: sound })).toBe('ledger.altered');
    expect(kindOf({ change: 'REMOVE', keys, oldImage: sound })).toBe('ledger.altered');
  });

  test('the content of a special entry carries no secret', () => {
    const newImage = { ...sound, to: 'mail ops@example.com', rev: 0 };
    const { payload } = classify({ change: 'INSERT', keys, newImage }, { now: 0, random: seededRandom(5) });
    expect(payload?.bytes).not.toContain('ops@example.com');
  });
});
