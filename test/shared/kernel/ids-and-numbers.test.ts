import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalJson,
  decimal,
  fromDecimal,
  isFault,
  isoTime,
  newId,
  rounded,
  sha256Hex,
  ulid,
} from '../../../shared/kernel/index.ts';
import { seededRandom } from '../../support/chance.ts';

describe('ids', () => {
  test('a ULID carries its time in the first ten characters', () => {
    const zero = () => new Uint8Array(16);
    expect(ulid(0, zero)).toBe('0'.repeat(26));
    expect(ulid(1_469_918_176_385, zero)).toBe('01ARYZ6S41'.padEnd(26, '0')); // the example of the ULID specification
    expect(ulid(2 ** 48 - 1, zero).slice(0, 10)).toBe('7ZZZZZZZZZ');
  });

  test('ULIDs sort by time, and within a millisecond chance keeps them apart', async () => {
    const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
    const random = seededRandom(11);
    await fc.assert(
      fc.property(time, time, (a, b) => {
        const [first, second] = [ulid(a, random), ulid(b, random)];
        expect(first).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
        expect(first).not.toBe(second);
        if (a !== b) expect(first < second).toBe(a < b);
      }),
    );
  });

  test('an id says what it names', () => {
    expect(newId('rollback', 0, () => new Uint8Array(16).fill(33))).toBe(
      `rbk_${'0'.repeat(10)}${'1'.repeat(16)}`,
    );
  });
});

describe('numbers of outcomes', () => {
  test('have 12 significant digits and come back as they are', () => {
    expect(decimal(1 / 3)).toBe('0.333333333333');
    expect(decimal(0.1 + 0.2)).toBe('0.3');
    expect(decimal(123_456_789_012_345)).toBe('123456789012000');
    expect(decimal(-0)).toBe('0');
    expect(decimal(Number.POSITIVE_INFINITY)).toBe('Infinity');
  });

  test('are what 12 digits and the shortest text of them are, whatever the size', async () => {
    const sizes = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -8, max: 14 }));
    await fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 15 }), ([part, power], digits) => {
        const value = part * 10 ** power;
        for (const each of [value, Number(value.toPrecision(digits)), Math.round(value) + 0.5])
          expect(decimal(each)).toBe(String(Number(each.toPrecision(12))));
        for (const each of [value, Math.round(value) + 0.5])
          expect(rounded(each)).toBe(fromDecimal(decimal(each)));
      }),
      { numRuns: 3000 },
    );
  });

  test('next to a half and next to a power of ten they are rounded like any other', () => {
    for (const value of [
      0.1234567890125,
      2.00000000001 + 5e-12,
      9.999999999995,
      0.0999999999999999,
      999999.9999995,
    ])
      expect([decimal(value), rounded(value)]).toEqual([
        String(Number(value.toPrecision(12))),
        Number(value.toPrecision(12)),
      ]);
  });

  test('rounding again changes nothing', async () => {
    await fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(decimal(fromDecimal(decimal(value)))).toBe(decimal(value));
      }),
    );
  });
});

describe('canonical JSON', () => {
  test('does not depend on the order of members and leaves out what is undefined', () => {
    expect(canonicalJson({ b: 1, a: [{ d: undefined, c: 'ü' }] })).toBe('{"a":[{"c":"ü"}],"b":1}');
  });

  test('is the same after a round trip through JSON', async () => {
    await fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  test.each([
    ['half a surrogate pair', '\ud800'],
    ['infinity', Number.POSITIVE_INFINITY],
    ['no number', Number.NaN],
    ['undefined', undefined],
    ['a bigint', 1n],
  ])('%s is refused as input', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(expect.toSatisfy((thrown) => isFault(thrown, 'InvalidInput')));
  });

  test('hashes strings as UTF-8, parts in order', () => {
    expect(sha256Hex('ab', 'c')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'); // FIPS 180-2
    expect(sha256Hex(new TextEncoder().encode('ü'))).toBe(sha256Hex('ü'));
  });

  test('times have milliseconds and Z', () => {
    expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
  });
});
