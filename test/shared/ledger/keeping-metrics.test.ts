import { expect, test } from 'vitest';
import { RECONCILE_METRICS, RETENTION_METRICS } from '../../../shared/ledger/contract.ts';
import { keepingScene } from '../../support/keeping-scene.ts';

test('the keeping of the ledger counts runs, what was missing, what nobody has, and what expired', async () => {
  const sums = new Map<string, number>();
  const add = (name: string, value: number) => void sums.set(name, (sums.get(name) ?? 0) + value);
  await keepingScene({ count: (name) => add(name, 1), measure: add });
  const { runs, missing, unsealable } = RECONCILE_METRICS;
  expect([runs, missing, unsealable].map((name) => sums.get(name))).toEqual([1, 2, 1]);
  // the decision whose envelope is gone was never sealed: its payload is nobody's to remove
  expect([RETENTION_METRICS.runs, RETENTION_METRICS.expired].map((name) => sums.get(name))).toEqual([1, 2]);
});
