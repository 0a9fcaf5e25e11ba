import { describe, expect, test } from 'vitest';
import { sourcesOf, textOf } from '../conventions/tree.ts';
import { ofType, synthesise } from '../infra/synthesised.ts';

/** Every name under which the runtime logs something, and what it may be. Texts are redacted besides (redaction.test.ts). */
const FIELDS: Readonly<Record<string, string>> = {
  cause: 'asked or heartbeat',
  correlationId: 'one id from door to ledger',
  detail: 'the sentence of a refusal, which its sender reads too',
  duplicates: 'a count',
  environment: 'a name of the registry',
  error: 'an error with its stack: a bug, or what an outside system said',
  event: 'the name of an event',
  failure: 'an object: which witness did not cosign, and what it answered in our words',
  fault: 'the name of a refusal',
  from: 'the name of a state',
  id: 'of a subject, or of a record in a stream',
  keys: 'of a record in a table: kind, id and revision',
  kind: 'of a subject',
  left: 'an object: how many requests the forge still allows, and of what',
  method: 'of an HTTP request',
  path: 'of an HTTP request to the witness, which has no secrets in it',
  published: 'a count',
  reason: 'what is wrong with a token, in the words of the verifier: never the token',
  reasons: 'codes, not their texts',
  records: 'a count',
  report: 'an object: what a sweep of the ledger came to, in counts and names of subjects',
  rev: 'a number',
  revs: 'numbers',
  sealed: 'a count',
  serviceName: 'a name of the registry',
  size: 'of a ledger',
  status: 'of an HTTP answer',
  swept: 'an object: how many lost deliveries were found and asked for again',
  to: 'the name of a state',
};

type Call = { readonly file: string; readonly message: string; readonly fields: readonly string[] };

/** Every call of the logger in a file: its message, and the names of the object it hands over. */
function callsOf(file: string): readonly Call[] {
  const text = textOf(file);
  return [...text.matchAll(/\blogger\.(?:debug|info|warn|error|critical)\(/g)].map((found) => {
    const call = argumentsAt(text, found.index + found[0].length);
    const [, message = '', rest = ''] = /^\s*(?:'([^']*)'|[^,]*?)\s*(?:,([\s\S]*))?$/.exec(call) ?? [];
    return { file, message: message === '' ? call : message, fields: namesIn(rest) };
  });
}

/** The text up to the bracket that closes what was opened before `start`. */
function argumentsAt(text: string, start: number): string {
  let open = 1;
  let at = start;
  for (; open > 0 && at < text.length; at += 1) {
    if ('([{'.includes(text[at] ?? '')) open += 1;
    if (')]}'.includes(text[at] ?? '')) open -= 1;
  }
  return text.slice(start, at - 1);
}

/** The names of an object literal that has at most one more inside it, spread. */
function namesIn(literal: string): readonly string[] {
  const inner = literal.replace(/\.\.\.\{([^}]*)\}/g, '$1').replace(/\([^()]*(?:\([^()]*\)[^()]*)*\)/g, '');
  const body = /^\s*\{([\s\S]*)\}\s*,?\s*$/.exec(inner)?.[1] ?? inner;
  return body
    .split(',')
    .map((part) => part.split(':')[0]?.trim() ?? '')
    .filter((name) => name !== '');
}

const resources = synthesise();
const calls = sourcesOf('functions', 'shared').flatMap(callsOf);

test('the runtime logs under named fields alone', () => {
  expect(calls.length).toBeGreaterThan(8);
  const others = calls.flatMap(({ file, fields }) =>
    fields.filter((name) => FIELDS[name] === undefined).map((name) => `${file}: ${name}`),
  );
  expect(others).toEqual([]);
  expect(new Set(calls.flatMap(({ fields }) => fields)).size).toBeGreaterThan(12);
});

test('no allowed field is one that nobody uses', () => {
  const used = new Set(calls.flatMap(({ fields }) => fields));
  expect(Object.keys(FIELDS).filter((name) => !used.has(name))).toEqual([]);
});

describe('whole events are never logged:', () => {
  test('the middleware is not told to', () => {
    const told = sourcesOf('functions').filter((file) => /logEvent\b/.test(textOf(file)));
    expect(told).toEqual([]);
  });

  test('and no function is told to by its environment, nor to log more than it was built for', () => {
    const names = ofType(resources, 'AWS::Lambda::Function').flatMap(({ Properties }) =>
      Object.keys((Properties.Environment as { Variables: object }).Variables),
    );
    expect(names.filter((name) => /LOG_EVENT|LOG_LEVEL|POWERTOOLS_DEV|^DEBUG/.test(name))).toEqual([]);
  });

  test('nor does the workflow log its data, or the API a header, a query or a body', () => {
    for (const { Properties } of ofType(resources, 'AWS::StepFunctions::StateMachine'))
      expect(Properties.LoggingConfiguration).toMatchObject({ IncludeExecutionData: false });
    for (const { Properties } of ofType(resources, 'AWS::ApiGatewayV2::Stage'))
      expect(JSON.stringify(Properties.AccessLogSettings)).not.toMatch(
        /header|querystring|\.body|authorizer\.(?!error)/i,
      );
  });
});
