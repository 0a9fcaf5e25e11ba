import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BranchName, ManifestPath, ManifestPointer } from '../../../shared/services/manifest-place.ts';

const accepts = (schema: { safeParse: (value: unknown) => { success: boolean } }) => (text: string) =>
  schema.safeParse(text).success;

describe('the path of a manifest', () => {
  test.each(['app.yaml', 'apps/shop/staging.yml', 'apps/a b/über.yaml', '.apps/x.yaml', 'apps/.github.yaml'])(
    '%j is accepted',
    (path) => expect(accepts(ManifestPath)(path)).toBe(true),
  );

  test.each([
    '.github/workflows/ci.yml',
    'apps/.GitHub/x.yaml',
    '.git/config.yaml',
    '.gitlab/x.yaml',
    '/etc/a.yaml',
    'apps//a.yaml',
    'apps/../a.yaml',
    '../a.yaml',
    './a.yaml',
    'apps/%2e%2e/a.yaml',
    'apps\\a.yaml',
    'apps/a\n.yaml',
    'apps/\u0000a.yaml',
    'apps/a\u007f.yaml',
    'apps/a.yaml?ref=other',
    'apps/a.yaml#x',
    'apps/a.json',
    '',
  ])('%j is refused', (path) => expect(accepts(ManifestPath)(path)).toBe(false));

  test('in an address is one path below the repository, whatever was accepted', async () => {
    await fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '.', '/', '%', '2', 'e', '\\', '?', '#', '-', ' ') }),
        (text) => {
          const path = `${text}.yaml`;
          fc.pre(accepts(ManifestPath)(path));
          const { pathname, search, hash } = new URL(`https://forge/repos/x/contents/${path}`);
          expect(decodeURIComponent(pathname)).toBe(`/repos/x/contents/${path}`);
          expect(search + hash).toBe('');
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('the pointer to the scalar', () => {
  test.each(['/spec/source/targetRevision', '/a~1b/0', '/constructors'])('%j is accepted', (pointer) =>
    expect(accepts(ManifestPointer)(pointer)).toBe(true),
  );

  test.each(['/__proto__/x', '/spec/constructor', '/prototype', '/a/__proto__', 'spec', '/a~2b', '/', ''])(
    '%j is refused',
    (pointer) => expect(accepts(ManifestPointer)(pointer)).toBe(false),
  );
});

describe('the branch', () => {
  test.each(['main', 'release/1.2', 'feature/x-1', 'a.b', 'v1+2', 'user@x'])('%j is accepted', (branch) =>
    expect(accepts(BranchName)(branch)).toBe(true),
  );

  test.each([
    ...[
      'a..b',
      'a b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[',
      'a\\b',
      'a.lock',
      'x.lock/y',
      'a/',
      '/a',
      'a//b',
    ],
    ...['-f', '--upload-pack=x', '.a', 'a/.b', 'a.', '@', 'a@{1}', 'a\n', 'a\u0007', ''],
  ])('%j is refused', (branch) => expect(accepts(BranchName)(branch)).toBe(false));

  test('that is accepted is one for git too', async () => {
    await fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab./-@{~^:?*[ lock') }), (branch) => {
        fc.pre(accepts(BranchName)(branch));
        expect(spawnSync('git', ['check-ref-format', '--branch', branch]).status).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
