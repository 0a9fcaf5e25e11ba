import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { spliceScalar, yamlManifest } from '../../../shared/adapters/yaml/splice-scalar.ts';

const POINTER = '/spec/source/targetRevision';

describe('for every document', () => {
  const value = fc
    .string({ unit: 'grapheme', maxLength: 30 })
    .filter((text) => !/[\p{C}\p{Z}]/u.test(text.replaceAll(' ', '')));
  const scalar = fc.oneof(
    fc
      .stringMatching(/^[a-z][a-z0-9-]{0,20}$/)
      .filter((text) => !/^(?:null|true|false|y|n|yes|no|on|off)$/.test(text)),
    fc.stringMatching(/^"[a-z0-9 .#:]{0,20}"$/),
    fc.stringMatching(/^'[a-z0-9 .#:]{0,20}'$/),
  );
  const comment = fc.constantFrom('', '  # a comment', ' #x');
  const lineEnd = fc.constantFrom('\n', '\r\n');

  test('what is spliced reads back, one line differs, and going back gives the same reading', async () => {
    await fc.assert(
      fc.property(scalar, value, comment, lineEnd, fc.boolean(), (old, next, note, end, isFlow) => {
        const line = isFlow
          ? `  source: { x: 1, targetRevision: ${old} , y: [ ] }`
          : `  source:${end}    targetRevision: ${old}`;
        const text = ['# top', 'spec:', line + note, 'other: {a:   1}', ''].join(end);
        const { text: changed, before } = spliceScalar(text, POINTER, next);
        expect(yamlManifest.read(changed, POINTER)).toBe(next);
        const lines = text.split('\n');
        const differing = changed.split('\n').filter((each, index) => each !== lines[index]);
        expect(differing.length).toBe(before === next ? 0 : 1);
        const back = spliceScalar(changed, POINTER, before).text;
        expect(parseAllDocuments(back).map((each) => each.toJS())).toEqual(
          parseAllDocuments(text).map((each) => each.toJS()),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('any text is either spliced with one line changed or refused as InvalidInput', async () => {
    const parts = fc.constantFrom(
      'a: ',
      'b',
      '\n',
      '  ',
      '- ',
      '"',
      "'",
      '{',
      '}',
      '*x',
      '&x ',
      '---\n',
      '# ',
      '|',
      '1.10',
      '? ',
      ', ',
      '<<: ',
      '\r\n',
      '!t ',
    );
    await fc.assert(
      fc.property(fc.array(parts, { maxLength: 14 }), value, (pieces, next) => {
        const text = pieces.join('');
        try {
          const { text: changed } = spliceScalar(text, '/a', next);
          expect(yamlManifest.read(changed, '/a')).toBe(next);
        } catch (thrown) {
          expect(thrown).toMatchObject({ name: 'InvalidInput' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
