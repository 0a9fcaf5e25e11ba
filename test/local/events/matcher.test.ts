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

  test('of a prefix holds for what starts with it, and of anything but a text for every other', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2 }), fc.string(), (wanted, value) => {
        expect(matches({ a: [{ prefix: wanted }] }, { a: value })).toBe(value.startsWith(wanted));
        expect(matches({ a: [{ 'anything-but': [wanted] }] }, { a: value })).toBe(value !== wanted);
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

  test.each([
    ['suffix', { suffix: 'x' }],
    ['numeric', { numeric: ['>', 1] }],
    ['cidr', { cidr: '10.0.0.0/8' }],
    ['anything-but with an operator inside', { 'anything-but': { prefix: 'x' } }],
  ])('with %s is refused by the name of the operator', (name, member) => {
    expect(() => compilePattern({ a: [member] })).toThrow(`${name} is not run locally`);
  });

  test('with $or is refused by that name', () => {
    expect(() => compilePattern({ $or: [{ a: ['1'] }, { b: ['2'] }] })).toThrow('$or is not run locally');
  });
});
