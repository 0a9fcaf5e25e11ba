import { expect, test } from 'vitest';
import { hotfixAmong } from '../../../../shared/deployments/rules/hotfix-title.ts';

test.each([
  'hotfix: tax',
  'hotfix(checkout)!: tax',
  'Hotfix for the tax of orders',
  '[HOTFIX] tax',
  'hot-fix: tax',
  'Merge pull request #7 from acme/hotfix/tax',
  'Merge pull request #7 from acme/hotfix-tax',
  "Merge branch 'hotfix/tax' into 'main'",
  'hotfix/tax',
])('%j says a hotfix', (title) => {
  expect(hotfixAmong(['feat: a', title])).toBe(title);
});

test.each([
  'feat: label hotfixes in the list',
  'docs: how a hotfix is made',
  'fix: tax',
  'Merge pull request #7 from acme/fix/tax',
  'hotfixer: new name',
])('%j says none', (title) => {
  expect(hotfixAmong([title])).toBeUndefined();
});
