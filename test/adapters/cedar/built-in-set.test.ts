import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPolicies } from '../../../shared/adapters/cedar/cedar-policies.ts';
import { BUILT_IN_POLICIES } from '../../../shared/policies/built-in.ts';
import { compile } from '../../../shared/policies/compile.ts';
import { PolicySetDocument } from '../../../shared/policies/contract.ts';

const FILE = join(import.meta.dirname, '../../../shared/policies/built-in-set.json');

test('the set that Holdfast comes with is what Cedar makes of its text (UPDATE_BUILT_IN=1 writes it)', () => {
  const made = `${JSON.stringify(compile(readPolicies, BUILT_IN_POLICIES, 0), null, 2)}\n`;
  // biome-ignore lint/style/noProcessEnv: a switch for whoever runs the test
  if (process.env.UPDATE_BUILT_IN === '1') writeFileSync(FILE, made);
  expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual(JSON.parse(made));
});

test('the text that Holdfast comes with is a document that an admin could put', () => {
  expect(PolicySetDocument.parse(BUILT_IN_POLICIES)).toEqual(BUILT_IN_POLICIES);
});
