import { globSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FUNCTIONS_DIR } from '../../infra/bundle.ts';
import { synthesise } from './synthesised.ts';

synthesise();

test('Cedar and its WebAssembly are with the one function that reads policies, and with no other', () => {
  const found = globSync('*/cedar_wasm_bg.wasm', { cwd: FUNCTIONS_DIR });
  expect(found).toEqual(['put-policies/cedar_wasm_bg.wasm']);
  expect(statSync(`${FUNCTIONS_DIR}/${found[0]}`).size).toBeGreaterThan(1_000_000);
});
