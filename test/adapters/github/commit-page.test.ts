import { expect, test } from 'vitest';
import { commitPage } from '../../../shared/adapters/github/commit-page.ts';

test.each([
  ['https://api.github.com', 'https://github.com/acme/shop/commit/abc'],
  ['https://git.example/api/v3', 'https://git.example/acme/shop/commit/abc'],
  ['https://git.example/api/v3/', 'https://git.example/acme/shop/commit/abc'],
  ['http://127.0.0.1:4753', 'http://127.0.0.1:4753/acme/shop/commit/abc'],
])('a commit behind the API %s is seen at %s', (api, page) => {
  expect(commitPage(api)('acme/shop', 'abc')).toBe(page);
});
