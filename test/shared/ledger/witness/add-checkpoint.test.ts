import { describe, expect, test } from 'vitest';
import { isRefused, MAX_U64, openNote, utf8 } from '../../../../shared/ledger/verifier/index.ts';
import { addCheckpoint, serveWitness, type WitnessDeps } from '../../../../shared/ledger/witness/index.ts';
import { signingFor } from '../../../support/tile-ledger.ts';
import {
  cryptography,
  history,
  memoryWitnessStore,
  ORIGIN,
  requestBody,
  signedNote,
  signing,
  witnessDeps,
} from '../../../support/witness.ts';

const log = history('leaf', 300);
const other = history('other', 300, 5);
const TIME = BigInt(Date.parse('2026-11-21T10:00:00Z') / 1000);

function ask(deps: WitnessDeps, old: number, size: number, from = log) {
  return addCheckpoint(deps, requestBody(old, log.proof(old, size), signedNote(size, from.root(size))));
}

async function seen(size: number): Promise<WitnessDeps> {
  const deps = witnessDeps();
  expect(await ask(deps, 0, size)).toMatchObject({ status: 200 });
  return deps;
}

describe('a witness cosigns', () => {
  test('the first checkpoint it sees, of any size, with a line that the shipped verifier accepts', async () => {
    const deps = witnessDeps();
    const answer = await ask(deps, 0, 7);
    const line = answer.status === 200 ? answer.line : '';
    const note = `${signedNote(7, log.root(7))}${line}`;
    const opened = await openNote(note, [signing.log.verifier, signing.witness.verifier], cryptography);
    expect(isRefused(opened) ? opened : opened.signedBy.map(({ key, time }) => [key.name, time])).toEqual([
      [ORIGIN, undefined],
      [`witness.${ORIGIN}`, TIME],
    ]);
  });

  test.each([
    [0, 1],
    [1, 2],
    [5, 5],
    [7, 256],
    [256, 300],
  ])('growth from %i to %i that is proven', async (from, to) => {
    const deps = witnessDeps();
    if (from > 0) await ask(deps, 0, from);
    expect(await ask(deps, from, to)).toMatchObject({ status: 200 });
  });

  test('the empty tree, and what grows out of it', async () => {
    const deps = await seen(0);
    expect(await ask(deps, 0, 0)).toMatchObject({ status: 200 });
    expect(await ask(deps, 0, 3)).toMatchObject({ status: 200 });
  });

  test('the same size and root again, at the new time, and never at an earlier one', async () => {
    const deps = await seen(7);
    const read = () => deps.store.read(ORIGIN).then((stored) => stored?.time);
    await ask({ ...deps, clock: () => deps.clock() + 60_000 }, 7, 7);
    expect(await read()).toBe(TIME + 60n);
    expect(await ask(deps, 7, 7)).toMatchObject({ status: 200 });
    expect(await read()).toBe(TIME + 60n);
  });

  test('a checkpoint with lines of keys it does not know, which it does not repeat', async () => {
    const deps = witnessDeps();
    const stranger = (await signingFor('stranger.test')).log;
    const [, line = ''] = signedNote(7, log.root(7), stranger).split('\n\n');
    const note = `${signedNote(7, log.root(7))}${line}`;
    expect(await addCheckpoint(deps, requestBody(0, [], note))).toMatchObject({ status: 200 });
    expect((await deps.store.read(ORIGIN))?.note).not.toContain('stranger');
  });
});

describe('a witness refuses', () => {
  test('404: an origin it is not set up for, also where its own log has signed it', async () => {
    const note = signedNote(7, log.root(7), signing.log, 'elsewhere.test/ledger');
    expect(await addCheckpoint(witnessDeps(), requestBody(0, [], note))).toMatchObject({ status: 404 });
  });

  test('403: no signature by a key of the log, or a broken one beside a sound one', async () => {
    const sound = signedNote(7, log.root(7));
    const [text = '', line = ''] = sound.split('\n\n');
    const at = line.length - 10;
    const broken = `${line.slice(0, at)}${line[at] === 'A' ? 'B' : 'A'}${line.slice(at + 1)}`;
    const stranger = { ...signing.witness, verifier: { ...signing.witness.verifier, name: ORIGIN } };
    for (const note of [signedNote(7, log.root(7), stranger), `${text}\n\n${broken}`, `${sound}${broken}`])
      expect(await addCheckpoint(witnessDeps(), requestBody(0, [], note))).toMatchObject({ status: 403 });
  });

  test("a log's own time line is no signature of the log", async () => {
    const deps = witnessDeps();
    const logs = [{ ...signing.witness.verifier, name: ORIGIN }];
    expect(await ask({ ...deps, logs }, 0, 7)).toMatchObject({ status: 404 });
  });

  test.each([
    ['less', 5],
    ['more', 100],
    ['nothing', 0],
  ])('409: the log believes it to have seen %s, and it says what it has seen', async (_, old) => {
    const deps = await seen(7);
    expect(await ask(deps, old, 200)).toEqual({ status: 409, size: 7n });
  });

  test('409: a log that was rolled back', async () => {
    const deps = await seen(200);
    expect(await ask(deps, 100, 150)).toEqual({ status: 409, size: 200n });
  });

  test.each([
    ['one size, two roots', 7, 7],
    ['another history', 7, 200],
  ])('422: %s', async (_, old, size) => {
    const deps = await seen(7);
    expect(await ask(deps, old, size, other)).toMatchObject({ status: 422 });
    expect((await deps.store.read(ORIGIN))?.size).toBe(7n);
  });

  test('422: a proof from the empty tree, and an empty tree with the root of another', async () => {
    const proof = log.proof(3, 7);
    const note = signedNote(7, log.root(7));
    expect(await addCheckpoint(witnessDeps(), requestBody(0, proof, note))).toMatchObject({ status: 422 });
    expect(await addCheckpoint(witnessDeps(), requestBody(0, [], signedNote(0, log.root(7))))).toMatchObject({
      status: 422,
    });
  });

  test('sizes up to 2^64-1 without a proof', async () => {
    const deps = await seen(7);
    const huge = signedNote(MAX_U64, log.root(7));
    expect(await addCheckpoint(deps, requestBody(7, [], huge))).toMatchObject({ status: 422 });
    expect(await addCheckpoint(deps, requestBody(MAX_U64, [], huge))).toEqual({ status: 409, size: 7n });
  });

  test('409: of two requests at once, one that comes between read and write of the other', async () => {
    const store = memoryWitnessStore();
    const deps = witnessDeps(store);
    let inner: Promise<unknown> | undefined;
    const signer = {
      ...deps.signer,
      sign: async (message: Uint8Array) => {
        inner ??= ask(deps, 0, 9);
        await inner;
        return deps.signer.sign(message);
      },
    };
    expect(await ask({ ...deps, signer }, 0, 7)).toEqual({ status: 409, size: 9n });
    expect(await inner).toMatchObject({ status: 200 });
    expect(store.records.get(ORIGIN)?.size).toBe(9n);
  });
});

describe('over HTTP', () => {
  const post = (body: Uint8Array) => ({ method: 'POST', path: '/add-checkpoint', body });
  const get = (path: string) => ({ method: 'GET', path, body: new Uint8Array() });

  test('a conflict is answered as the rules say, byte for byte', async () => {
    const deps = await seen(7);
    const body = requestBody(0, [], signedNote(9, log.root(9)));
    expect(await serveWitness(deps, post(body))).toEqual({
      status: 409,
      contentType: 'text/x.tlog.size',
      body: '7\n',
    });
  });

  test('its key and the newest checkpoint of a log are there for everybody', async () => {
    const deps = await seen(7);
    expect((await serveWitness(deps, get('/key'))).body).toBe(`${signing.witness.vkey}\n`);
    const hash = Buffer.from((await cryptography.sha256([utf8(ORIGIN)]))[0] ?? []).toString('hex');
    const { status, body } = await serveWitness(deps, get(`/${hash}/checkpoint`));
    expect(status).toBe(200);
    const keys = [signing.log.verifier, signing.witness.verifier];
    expect(await openNote(body, keys, cryptography)).toMatchObject({ signedBy: [{}, {}] });
  });

  test.each([
    ['GET', '/add-checkpoint', 405],
    ['POST', '/key', 405],
    ['GET', '/', 404],
    ['GET', `/${'0'.repeat(64)}/checkpoint`, 404],
    ['DELETE', '/nothing', 404],
  ])('%s %s is answered with %i', async (method, path, status) => {
    expect(await serveWitness(witnessDeps(), { method, path, body: new Uint8Array() })).toMatchObject({
      status,
    });
  });
});
