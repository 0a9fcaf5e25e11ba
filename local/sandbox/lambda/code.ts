import type { Files } from '../services/revisions.ts';

/** How a revision of a function behaves, each in code of its own. */
export type FunctionBehaviour = {
  /** Fraction of the calls that throw, 0..1, drawn call by call. */
  readonly errorRate: number;
  /** Median duration of a call in milliseconds; one call in a hundred takes twice as long or longer (at the default spread). */
  readonly milliseconds: number;
  /** Standard deviation of the logarithm of a duration; 0.3 when absent. */
  readonly spread?: number;
};

/** No service is without errors: a good one fails once in 200 calls. */
export const FUNCTION_BEHAVIOURS = {
  good: { errorRate: 0.005, milliseconds: 8 },
  errors: { errorRate: 0.08, milliseconds: 8 },
  slow: { errorRate: 0.005, milliseconds: 40 },
} as const satisfies Readonly<Record<string, FunctionBehaviour>>;

/** The files of one revision: the function, its unit test, and `checks.json`, which names what CI runs. */
export function functionFiles(
  { errorRate, milliseconds, spread = 0.3 }: FunctionBehaviour,
  note: string,
): Files {
  return {
    'index.mjs': `import { setTimeout as wait } from 'node:timers/promises';
import { total } from './total.mjs';

// ${note.replaceAll(/[\r\n]/g, ' ')}
const SPREAD = ${spread}; // of the logarithm: at 0.3 the 99th percentile is twice the median

export async function handler({ path }) {
  const normal = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  await wait(${milliseconds} * Math.exp(SPREAD * normal)); // the query for the lines of the order
  if (Math.random() < ${errorRate}) throw new Error('the pool of connections is exhausted');
  return { order: path, total: total([{ price: 1250, count: 2 }]) };
}
`,
    'total.mjs': `export function total(lines) {
  return lines.reduce((sum, line) => sum + line.price * line.count, 0);
}
`,
    'total.test.mjs': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { total } from './total.mjs';

test('a total counts every piece of every line', () => {
  assert.equal(total([{ price: 1250, count: 2 }, { price: 100, count: 3 }]), 2800);
});
`,
    'checks.json': `${JSON.stringify({ checks: [{ name: 'unit', command: ['node', 'total.test.mjs'] }] }, null, 2)}\n`,
  };
}
