import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compilePattern } from '../../../local/cloud/events/matcher.ts';

const matches = (pattern: unknown, event: unknown) => compilePattern(pattern)(event);
const key = fc.stringMatching(/^[a-e]{1,3}$/);
const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));

describe('an event pattern', () => {
  test('that lists an event exactly matches it, and no longer once a value is replaced', () => {
    fc.assert(
      fc.property(fc.dictionary(key, leaf, { minKeys: 1 }), leaf, (event, other) => {
        const pattern = Object.fromEntries(Object.entries(event).map(([name, value]) => [name, [value]]));
        expect(matches(pattern, event)).toBe(true);
        const [name = '', value] = Object.entries(event)[0] ?? [];
        fc.pre(!Object.is(value, other) && value !== other);
        expect(matches(pattern, { ...event, [name]: other })).toBe(false);
      }),
    );
  });

  test('is blind to fields it does not name', () => {
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), leaf, (event, value) => {
        expect(matches({ wanted: [value] }, { ...event, wanted: value })).toBe(true);
      }),
    );
  });

  test('of prefix and of anything but that prefix divide the texts between them', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 2 }), fc.string(), (prefix, value) => {
        const with_ = matches({ a: [{ prefix }] }, { a: value });
        expect(matches({ a: [{ 'anything-but': { prefix } }] }, { a: value })).toBe(!with_);
        expect(with_).toBe(value.startsWith(prefix));
      }),
    );
  });

  test('of a number range holds as arithmetic does', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(1000), fc.integer(), (low, width, value) => {
        const pattern = { a: [{ numeric: ['>', low, '<=', low + width + 1] }] };
        expect(matches(pattern, { a: value })).toBe(value > low && value <= low + width + 1);
      }),
    );
  });

  test('keeps the fields of one array element together', () => {
    const pattern = { list: { kind: ['Deployment'], status: ['OutOfSync'] } };
    const mixed = [
      { kind: 'Deployment', status: 'Synced' },
      { kind: 'Service', status: 'OutOfSync' },
    ];
    expect(matches(pattern, { list: mixed })).toBe(false);
    expect(matches(pattern, { list: [...mixed, { kind: 'Deployment', status: 'OutOfSync' }] })).toBe(true);
  });

  test('of an operator named like a property of every object is refused', () => {
    expect(() => compilePattern({ a: [{ constructor: 'x' }] })).toThrow(
      /Unrecognized match type constructor/,
    );
  });

  test('with more combinations than AWS takes is refused', () => {
    const either = { $or: [{ a: ['1'] }, { b: ['2'] }] };
    const pattern = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`f${index}`, either]));
    expect(() => compilePattern(pattern)).toThrow(/Too many/);
  });
});
