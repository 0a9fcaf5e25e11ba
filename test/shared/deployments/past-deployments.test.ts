import { expect, test } from 'vitest';
import { HISTORY_LIMIT } from '../../../shared/deployments/index.ts';
import { pastDeployments } from '../../../shared/deployments/past-deployments.ts';
import { type Past, storeOfPast } from '../../support/past-heads.ts';

const minute = (count: number) => new Date(Date.UTC(2026, 9, 1) + count * 60_000).toISOString();
const many = (count: number, from: number, more: Partial<Past>): readonly Past[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ id: `dep_${from + index}`, at: minute(from + index) },
    ...more,
  }));

test('the past of an environment is not crowded out by later deployments to another', async () => {
  const store = await storeOfPast([
    ...many(3, 0, { environment: 'production' }),
    ...many(HISTORY_LIMIT + 60, 10, { environment: 'staging' }),
  ]);
  const past = await pastDeployments(store, ['shop'], 'production');
  expect(past.map(({ id }) => id)).toEqual(['dep_2', 'dep_1', 'dep_0']);
});

test('nor by deployments that tell nothing: those do not count against the limit', async () => {
  const store = await storeOfPast([
    ...many(2, 0, {}),
    ...many(HISTORY_LIMIT + 60, 10, { state: { kind: 'Blocked', reason: 'POLICY' } }),
  ]);
  const past = await pastDeployments(store, ['shop'], 'production');
  expect(past.map(({ id }) => id)).toEqual(['dep_1', 'dep_0']);
});

test('of those that tell something the newest are taken, up to the limit', async () => {
  const store = await storeOfPast(many(HISTORY_LIMIT + 60, 0, {}));
  const past = await pastDeployments(store, ['shop'], 'production');
  expect(past).toHaveLength(HISTORY_LIMIT);
  expect(past[0]?.id).toBe(`dep_${HISTORY_LIMIT + 59}`);
});
