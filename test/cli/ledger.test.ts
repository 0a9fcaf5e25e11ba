import { afterEach, expect, test } from 'vitest';
import { type ApiServer, serve, soundAnswers } from './api-server.ts';
import { holdfast } from './run.ts';

const sound = await soundAnswers();
let api: ApiServer | undefined;
afterEach(() => api?.close());

type Changed = Readonly<Record<string, unknown>>;
async function over(changed: Changed, ...args: readonly string[]) {
  api = await serve({ ...sound, ...changed });
  return holdfast(args, api.url);
}

/** An answer with one text in it changed. Throws an Error where the text does not stand. */
function altered(path: string, from: string, to: string): Changed {
  const text = JSON.stringify(sound[path]);
  if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
  return { [path]: JSON.parse(text.replace(from, to)) };
}

test('a sound and complete ledger verifies with 0', async () => {
  const { code, stdout } = await over({}, 'ledger', 'verify', '--complete');
  expect(stdout).toContain('ledger sound: 3 entries');
  expect(stdout).toContain('complete: every decision of every subject is sealed');
  expect(code).toBe(0);
});

test('an altered entry ends with 1 and is named', async () => {
  const changed = altered('/v1/ledger/entries', '\\"rev\\":2', '\\"rev\\":9');
  const { code, stdout } = await over(changed, 'ledger', 'verify');
  expect(stdout).toContain('the first bad entry is 1');
  expect(code).toBe(1);
});

test('a ledger whose last entries are missing ends with 5', async () => {
  const entries = sound['/v1/ledger/entries'] as { readonly items: readonly unknown[] };
  const cut = { '/v1/ledger/entries': { items: entries.items.slice(0, 2) } };
  expect((await over(cut, 'ledger', 'verify')).code).toBe(5);
});

test('a decision that was never sealed ends with 8 and is named', async () => {
  const changed = altered('/v1/ledger/subjects', '"rev":3', '"rev":4');
  const { code, stdout } = await over(changed, 'ledger', 'verify', '--complete');
  expect(stdout).toMatch(/missing: autonomy \S+ revs 4/);
  expect(code).toBe(8);
});

test('every decision is computed again to the same bytes', async () => {
  const { code, stdout } = await over({}, 'ledger', 'replay', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ decisions: 3, identical: 3, findings: [] });
  expect(code).toBe(0);
});

test('a decision whose text was changed after it was sealed is found by the replay', async () => {
  const changed = altered('/v1/autonomy/decisions', 'a drill', 'no drill');
  const { code, stdout } = await over(changed, 'ledger', 'replay');
  expect(stdout).toContain('its bytes are not what was committed to');
  expect(stdout).toContain('2 of 3 decisions');
  expect(code).toBe(1);
});
