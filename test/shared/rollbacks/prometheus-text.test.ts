import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Family, prometheusText } from '../../../shared/rollbacks/prometheus-text.ts';

const counter = (labels: Readonly<Record<string, string>>, value = 1): Family => ({
  ...{ name: 'aborted_total', help: 'Aborted.', type: 'counter' },
  samples: [{ labels, value }],
});

test('a counter has its help, its type and a line for each series, and ends with a line feed', () => {
  const samples = [
    { labels: { service: 'shop', reason: 'SECURITY' }, value: 2 },
    { labels: {}, value: 0.5 },
  ];
  expect(prometheusText([{ name: 'aborted_total', help: 'Aborted.', type: 'counter', samples }])).toBe(
    [
      '# HELP aborted_total Aborted.',
      '# TYPE aborted_total counter',
      'aborted_total{service="shop",reason="SECURITY"} 2',
      'aborted_total 0.5',
      '',
    ].join('\n'),
  );
});

test('buckets are cumulative up to +Inf, which is the count', () => {
  const histograms = [{ labels: { service: 'shop' }, counts: [1, 0, 2, 1], sum: 20_000.5 }];
  const text = prometheusText([
    { name: 't_seconds', help: 'T.', type: 'histogram', bounds: [15, 60, 14_400], histograms },
  ]);
  expect(text.split('\n').slice(1, -1)).toEqual([
    '# TYPE t_seconds histogram',
    't_seconds_bucket{service="shop",le="15"} 1',
    't_seconds_bucket{service="shop",le="60"} 1',
    't_seconds_bucket{service="shop",le="14400"} 3',
    't_seconds_bucket{service="shop",le="+Inf"} 4',
    't_seconds_sum{service="shop"} 20000.5',
    't_seconds_count{service="shop"} 4',
  ]);
});

test('quotes, backslashes and line feeds in a label and in the help are escaped', () => {
  const family = { ...counter({ service: 'a"b\\c\nd' }), help: 'one\\two\nthree "four"' };
  expect(prometheusText([family]).split('\n')).toEqual([
    '# HELP aborted_total one\\\\two\\nthree "four"',
    '# TYPE aborted_total counter',
    'aborted_total{service="a\\"b\\\\c\\nd"} 1',
    '',
  ]);
});

test('a remark is one comment line at the end, whatever it says', () => {
  expect(prometheusText([], ['cut\naborted_total 7'])).toBe('# cut aborted_total 7\n');
});

/** What a reader of the format makes of a quoted label. */
function readLabel(text: string): string {
  return text.replaceAll(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

test('any label comes back as it was from one line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (service) => {
      const [, , line = '', ...rest] = prometheusText([counter({ service })]).split('\n');
      expect(rest).toEqual(['']);
      const [, written] = /^aborted_total\{service="((?:[^"\\]|\\.)*)"\} 1$/su.exec(line) ?? [];
      expect(written === undefined ? undefined : readLabel(written)).toBe(service);
    }),
  );
});
