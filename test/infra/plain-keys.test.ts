import { expect, test } from 'vitest';
import { withPlainKeys } from '../../infra/plain-keys.ts';

test('a key whose constant is a string is written out, and means the same', () => {
  const text = 'const _h = "http";\nexport var A$ = [3, { [_h]: 1, [_h]: { [_h]: _h } }];\n';
  expect(withPlainKeys(text)).toBe(
    'const _h = "http";\nexport var A$ = [3, { "http": 1, "http": { "http": _h } }];\n',
  );
});

test('a key whose constant stands elsewhere, and an index that is no key, stay as they are', () => {
  const text = 'export const a = { [other]: 1 };\nconst _h = "http";\nexport const b = list[_h];\n';
  expect(withPlainKeys(text)).toBe(text);
});
