import { expect, test } from 'vitest';
import { roleStatements, synthesise } from './synthesised.ts';

const held = roleStatements(synthesise()).filter(({ of }) => of.endsWith('ServiceCheck/CheckServiceRole'));
const actions = held.flatMap((each) => each.actions);

test('what checks a service may read aliases of managed functions, and counts', () => {
  expect(actions).toEqual(
    expect.arrayContaining(['lambda:GetAlias', 'cloudwatch:GetMetricData', 'secretsmanager:GetSecretValue']),
  );
  const aliases = held.filter((each) => each.actions.includes('lambda:GetAlias'));
  expect(aliases.map(({ resources }) => resources)).toEqual([[expect.stringContaining('ManagedFunctions')]]);
});

test('it writes, moves, starts and wakes nothing', () => {
  const changing = /^(?:dynamodb:(?:Put|Update|Delete)|lambda:(?!GetAlias$)|states:|events:)/;
  expect(actions.filter((action) => changing.test(action))).toEqual([]);
});
