import type { Expression, Matcher, Selector } from './promql.ts';
import { type Labels, type Metrics, type Series, valueAt } from './series.ts';

export type Point = { readonly labels: Labels; readonly value: number };

/**
 * Values of an expression at a time (milliseconds).
 *
 * `increase` is what the counter stood at now minus what it stood at when the window began, which was 0 if it did
 * not exist yet. Prometheus instead takes the first and last sample inside the window and extrapolates to its
 * edges, and misses what a counter was born with; here every request is counted exactly once, and the counters
 * never reset while this process lives.
 */
export function evaluate(metrics: Metrics, expression: Expression, at: number): readonly Point[] {
  switch (expression.kind) {
    case 'number':
      return [{ labels: {}, value: expression.value }];
    case 'selector':
      return select(metrics, expression.selector)
        .filter((series) => (series.samples[0]?.at ?? Number.POSITIVE_INFINITY) <= at)
        .map(({ labels, samples }) => ({
          labels: { __name__: expression.selector.metric, ...labels },
          value: valueAt(samples, at),
        }));
    case 'over': {
      const { name, ms, selector } = expression;
      const divisor = name === 'rate' ? ms / 1000 : 1;
      return select(metrics, selector)
        .filter((series) => (series.samples[0]?.at ?? Number.POSITIVE_INFINITY) <= at)
        .map(({ labels, samples }) => ({
          labels,
          value: (valueAt(samples, at) - valueAt(samples, at - ms)) / divisor,
        }));
    }
    case 'sum':
      return sums(evaluate(metrics, expression.of, at), expression.by);
    case 'divide':
      return divide(evaluate(metrics, expression.left, at), evaluate(metrics, expression.right, at));
  }
}

/** One sum for each combination of the labels that are kept; none where there is nothing to sum. */
function sums(points: readonly Point[], by: readonly string[]): readonly Point[] {
  const groups = new Map<string, { readonly labels: Labels; value: number }>();
  for (const { labels, value } of points) {
    const kept = Object.fromEntries(
      by.flatMap((name) => (name in labels ? [[name, labels[name] ?? '']] : [])),
    );
    const group = groups.get(JSON.stringify(kept)) ?? { labels: kept, value: 0 };
    group.value += value;
    groups.set(JSON.stringify(kept), group);
  }
  return [...groups.values()];
}

/** One-to-one: points of equal labels; a point without a partner falls away, as in Prometheus. */
function divide(left: readonly Point[], right: readonly Point[]): readonly Point[] {
  const divisors = new Map(right.map((point) => [keyOf(point.labels), point.value]));
  return left.flatMap(({ labels, value }) => {
    const divisor = divisors.get(keyOf(labels));
    return divisor === undefined ? [] : [{ labels: withoutName(labels), value: value / divisor }];
  });
}

function select(metrics: Metrics, { metric, matchers }: Selector): readonly Series[] {
  const tests = matchers.map(testOf);
  return metrics.select(metric).filter(({ labels }) => tests.every((test) => test(labels)));
}

/** A label that is absent is empty; expressions match the whole value. */
function testOf({ label, operator, value }: Matcher): (labels: Labels) => boolean {
  const negative = operator === '!=' || operator === '!~';
  if (operator === '=' || operator === '!=')
    return (labels) => ((labels[label] ?? '') === value) !== negative;
  const pattern = new RegExp(`^(?:${value})$`);
  return (labels) => pattern.test(labels[label] ?? '') !== negative;
}

function withoutName({ __name__: _, ...labels }: Labels): Labels {
  return labels;
}

function keyOf(labels: Labels): string {
  return JSON.stringify(
    Object.entries(withoutName(labels)).toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}
