import { describe, expect, test } from 'vitest';
import { spliceScalar, yamlManifest } from '../../../shared/adapters/yaml/splice-scalar.ts';

const POINTER = '/spec/source/targetRevision';
const OLD = 'a'.repeat(40);
const NEW = 'b'.repeat(40);

const APPLICATION = `# who owns this: team shop
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop-staging,   labels: {a: "1"}}   # keep   this
spec:
  source:
      repoURL:   https://forge/acme/shop
      targetRevision: ${OLD}   # the deployed commit
  list: [ {a: 1} ,b ]
`;

const refused = (text: string, pointer = POINTER) =>
  expect(() => spliceScalar(text, pointer, NEW), text).toThrow(
    expect.objectContaining({ name: 'InvalidInput', message: expect.stringContaining(pointer) }),
  );

describe('what is replaced', () => {
  test('only the bytes of the scalar change', () => {
    const { text, before } = spliceScalar(APPLICATION, POINTER, NEW);
    expect(before).toBe(OLD);
    expect(text).toBe(APPLICATION.replace(OLD, NEW));
  });

  test('the same value again changes nothing', () => {
    expect(spliceScalar(APPLICATION, POINTER, OLD)).toEqual({ text: APPLICATION, before: OLD });
  });

  test.each([
    ["v: 'it''s'\n", "v: 'b''s'\n"],
    ['v: "x\\ty"  # c\n', 'v: "b\'s"  # c\n'],
    ['v: plain # c\n', "v: b's # c\n"],
  ])('the quotes of %j are kept', (text, expected) => {
    expect(spliceScalar(text, '/v', "b's").text).toBe(expected);
  });

  test('a double-quoted value escapes what it must', () => {
    const { text } = spliceScalar('v: "x"\n', '/v', 'a"b\\c');
    expect(text).toBe('v: "a\\"b\\\\c"\n');
    expect(yamlManifest.read(text, '/v')).toBe('a"b\\c');
  });

  test.each([
    '1.10',
    '0123',
    'true',
    'null',
    '1e5',
    '12345678',
    '~',
    '',
    'a: b',
    'x #y',
    '*a',
    'yes',
    '1_000',
    '12:30',
    '2026-11-21',
    '&a',
    '- a',
    '<<',
  ])('the unquoted value gets quotes when %j would read as something else', (value) => {
    const { text } = spliceScalar('v: plain\nw: 1\n', '/v', value);
    expect(text).toBe(`v: '${value}'\nw: 1\n`);
    expect(yamlManifest.read(text, '/v')).toBe(value);
  });

  test('byte order mark, line ends of Windows and a missing last line end are kept', () => {
    const text = `\uFEFFkind: A\r\nspec:\r\n  source:\r\n    targetRevision: ${OLD} # x\r\nlast: é`;
    expect(spliceScalar(text, POINTER, NEW).text).toBe(text.replace(OLD, NEW));
  });

  test('inside flow collections, lists and keys with slashes the pointer finds its way', () => {
    const text = 'a: {b: [x, {"c/d": old, e~f: z}], g: 1}\n';
    expect(spliceScalar(text, '/a/b/1/c~1d', 'new, er').text).toBe(text.replace('old', "'new, er'"));
    expect(spliceScalar(text, '/a/b/1/e~0f', 'w').text).toBe(text.replace('z', 'w'));
  });

  test('of several documents the one that holds the path is changed', () => {
    const text = `--- # first\nkind: A\n---\nspec:\n  source: {targetRevision: ${OLD}}\n...\n---\n- 1\n`;
    expect(spliceScalar(text, POINTER, NEW).text).toBe(text.replace(OLD, NEW));
  });
});

describe('what is refused, naming the path', () => {
  const at = (value: string) => `spec:\n  source:\n    targetRevision: ${value}\n`;
  test.each([
    ['a missing field', 'spec:\n  source: {}\n'],
    ['an empty text', ''],
    ['a comment alone', '# nothing\n'],
    ['an aliased scalar', `x: &r ${OLD}\n${at('*r')}`],
    ['an anchored scalar', at(`&r ${OLD}`)],
    ['a map that is an alias', `x: &s {targetRevision: ${OLD}}\nspec:\n  source: *s\n`],
    ['a map that is anchored', `spec:\n  source: &s\n    targetRevision: ${OLD}\nother: *s\n`],
    ['a value from a merge key', `x: &s {targetRevision: ${OLD}}\nspec:\n  source:\n    <<: *s\n`],
    ['a merge key beside it', `x: &s {a: 1}\nspec:\n  source:\n    <<: *s\n    targetRevision: ${OLD}\n`],
    ['a key given twice', `${at(OLD)}    targetRevision: ${OLD}\n`],
    ['a literal block', at(`|\n      ${OLD}`)],
    ['a folded block', at(`>-\n      ${OLD}`)],
    ['a string over two lines', at(`"${OLD}\n      more"`)],
    ['a plain string over two lines', at(`${OLD}\n      more`)],
    ['a number', at('1.10')],
    ['an octal look-alike', at('0123')],
    ['a truth value', at('true')],
    ['a null', at('')],
    ['a tagged scalar', at('!!str 1.10')],
    ['a map', at('{a: b}')],
    ['a list', at('[a]')],
    ['two documents that hold it', `${at(OLD)}---\n${at(OLD)}`],
    ['a broken document elsewhere', `${at(OLD)}---\na: [\n`],
    ['tabs as indentation', `spec:\n\tsource: {targetRevision: ${OLD}}\n`],
  ])('%s', (_title, text) => refused(text));

  test.each([
    '',
    '/',
    'spec',
    'spec/source',
    '/spec/~2',
    '/spec/source',
    '/spec/source/targetRevision/0',
    '/0',
  ])('the pointer %j', (pointer) => refused(APPLICATION, pointer));

  test.each(['two\nlines', 'a\rb', 'tab\t', '\u0000', '\u2028', '\uFEFF', '\uD800'])(
    'the value %j',
    (value) => {
      expect(() => spliceScalar(APPLICATION, POINTER, value)).toThrow(
        expect.objectContaining({ name: 'InvalidInput' }),
      );
    },
  );
});
