import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate } from '../../../local/sandbox/load/evaluate.ts';
import { parseQuery } from '../../../local/sandbox/load/promql.ts';
import { metrics } from '../../../local/sandbox/load/series.ts';

/** Requests by code, counted and scraped at the given seconds. */
function measured(steps: readonly (readonly [second: number, code: string, by: number])[]) {
  let now = 0;
  const all = metrics(() => now);
  for (const [second, code, by] of steps) {
    now = second * 1000;
    all.count('requests', { service: 'a', code }, by);
    all.scrape();
  }
  return (query: string, second: number) => evaluate(all, parseQuery(query), second * 1000);
}

const one = measured([
  [10, '200', 5],
  [20, '200', 5],
  [20, '503', 2],
  [30, '200', 10],
]);

test('an increase counts what came within the window, from the birth of the counter on', () => {
  expect(one('sum(increase(requests[10s]))', 20)).toEqual([{ labels: {}, value: 7 }]);
  expect(one('sum(increase(requests{code="200"}[1m]))', 30)).toEqual([{ labels: {}, value: 20 }]);
  expect(one('sum(increase(requests{code=~"5.."}[30s]))', 30)).toEqual([{ labels: {}, value: 2 }]);
  expect(one('sum(increase(requests[5s]))', 17)).toEqual([{ labels: {}, value: 0 }]);
});

test('a rate is the increase per second, and a ratio of sums is their quotient', () => {
  expect(one('sum(rate(requests{code="200"}[20s]))', 30)).toEqual([{ labels: {}, value: 0.75 }]);
  expect(one('sum(increase(requests{code=~"5.."}[1m])) / sum(increase(requests[1m]))', 30)).toEqual([
    { labels: {}, value: 2 / 22 },
  ]);
});

test('nothing is known before the first sample or of a metric that nobody counted', () => {
  expect(one('sum(increase(requests[1m]))', 5)).toEqual([]);
  expect(one('sum(increase(other[1m]))', 30)).toEqual([]);
  expect(one('sum(requests)', 5)).toEqual([]);
});

test('every matcher keeps what it names: equal, unequal, like and unlike, over the whole value', () => {
  const values = (matcher: string) => one(`requests{${matcher}}`, 30).map(({ labels }) => labels.code);
  expect(values('code="200"')).toEqual(['200']);
  expect(values('code!="200"')).toEqual(['503']);
  expect(values('code=~"5.."')).toEqual(['503']);
  expect(values('code=~"0"')).toEqual([]);
  expect(values('code!~"5..",service="a"')).toEqual(['200']);
  expect(values('absent=""')).toEqual(['200', '503']);
});

test('a quoted value is one value, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      fc.pre(!/[\r\u2028\u2029]/.test(value));
      const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
      const parsed = parseQuery(`m{a="${escaped}"}`);
      expect(parsed).toEqual({
        kind: 'selector',
        selector: { metric: 'm', matchers: [{ label: 'a', operator: '=', value }] },
      });
    }),
  );
});

test('the sum of increases of windows in a row is the increase of the whole', () => {
  const anySteps = fc.array(fc.tuple(fc.nat(100), fc.constantFrom('200', '500'), fc.nat(9)), {
    minLength: 1,
  });
  fc.assert(
    fc.property(anySteps, fc.integer({ min: 1, max: 99 }), (steps, cut) => {
      const ask = measured(steps.toSorted((left, right) => left[0] - right[0]));
      const sum = (seconds: number, at: number) =>
        ask(`sum(increase(requests[${seconds}s]))`, at)[0]?.value ?? 0;
      expect(sum(cut + 1, cut) + sum(101 - cut, 101)).toBe(sum(102, 101));
    }),
  );
});

test.each([
  'sum(increase(requests))',
  'increase(requests[5m] offset 1m)',
  'avg(requests)',
  'requests{code="200"',
  'requests{code=200}',
  'requests[5x]',
  'sum(requests) by (code)',
  '',
  '1 +',
])('a query beyond the understood part is refused: %s', (query) => {
  expect(() => parseQuery(query)).toThrow(SyntaxError);
});
