import { afterEach, expect, test } from 'vitest';
import { erasedEntryId } from '../../shared/ledger/replay.ts';
import { type ApiServer, serve, soundAnswers } from './api-server.ts';
import { holdfastHere } from './run.ts';

const sound = await soundAnswers();
let api: ApiServer | undefined;
afterEach(() => api?.close());

type Changed = Readonly<Record<string, unknown>>;
async function over(changed: Changed, ...args: readonly string[]) {
  api = await serve({ ...sound, ...changed });
  return holdfastHere(args, api.url);
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

type Decisions = { readonly items: readonly Readonly<Record<string, unknown>>[] };
const decisions = sound['/v1/autonomy/decisions'] as Decisions;

/** The API's answer where the payload of one revision is gone: the envelope alone, as `erased`. */
function withoutPayload(rev: number): Changed {
  const items = decisions.items.map((each) => {
    const { inputs: _inputs, outcome: _outcome, reasons: _reasons, seal: _seal, ...envelope } = each;
    return each.rev === rev ? { ...envelope, erased: true } : each;
  });
  return { '/v1/autonomy/decisions': { items } };
}

test('a payload that is missing and was never erased is found by the replay', async () => {
  const { code, stdout } = await over(withoutPayload(2), 'ledger', 'replay');
  expect(stdout).toContain('autonomy table rev 2: its payload is missing');
  expect(stdout).toContain('2 of 3 decisions');
  expect(code).toBe(1);
});

test('a payload whose erasure stands in the ledger is counted as erased, and no finding', async () => {
  const id = erasedEntryId({ kind: 'autonomy', id: 'table', rev: 2 });
  const answers = await soundAnswers([{ kind: 'ledger.erased', id }]);
  const { code, stdout } = await over({ ...answers, ...withoutPayload(2) }, 'ledger', 'replay');
  expect(stdout).toContain('2 of 3 decisions replayed to the same bytes; 1 erased');
  expect(code).toBe(0);
});

test.each([1, 2, 3])('a decision whose envelope is gone is found by the replay: rev %i', async (rev) => {
  const items = decisions.items.filter((each) => each.rev !== rev);
  const gone = { '/v1/autonomy/decisions': { items } };
  const { code, stdout } = await over(gone, 'ledger', 'replay');
  expect(stdout).toContain(`autonomy table rev ${rev}: its envelope is missing`);
  expect(code).toBe(1);
});

test.each([
  ['shows none of its decisions', { items: [] }],
  ['does not know it', undefined],
])('a subject that stands in the ledger alone is found where the API %s', async (_, answer) => {
  const gone = { '/v1/ledger/subjects': { items: [] }, '/v1/autonomy/decisions': answer };
  const { code, stdout } = await over(gone, 'ledger', 'replay');
  expect(stdout).toContain('autonomy table rev 3: its envelope is missing');
  expect(code).toBe(1);
});

test('what was altered, rejected or in conflict is named by verify, however sound the chain is', async () => {
  const specials = ['ledger.altered', 'ledger.rejected', 'ledger.conflict'].map((kind) => ({
    kind,
    id: '0'.repeat(64),
  }));
  const { code, stdout } = await over(await soundAnswers(specials), 'ledger', 'verify', '--complete');
  expect(stdout).toContain('ledger sound: 6 entries');
  expect(stdout).toContain('look here: entry 3 is ledger.altered');
  expect(stdout).toContain('look here: entry 4 is ledger.rejected');
  expect(stdout).toContain('look here: entry 5 is ledger.conflict');
  expect(code).toBe(0);
});

test('what a role may not see is named and not replayed; asked for by name it is refused', async () => {
  const forbidden = { '/v1/autonomy/decisions': { title: 'Not allowed', status: 403 } };
  const all = await over(forbidden, 'ledger', 'replay');
  expect(all.stderr).toContain('autonomy table: not replayed, your role may not see it');
  expect(all.stdout).toContain('0 of 0 decisions');
  expect(all.code).toBe(0);
  await api?.close();
  expect((await over(forbidden, 'ledger', 'replay', 'autonomy', 'table')).code).toBe(1);
});
