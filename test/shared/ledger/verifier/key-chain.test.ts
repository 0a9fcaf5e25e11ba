import { beforeAll, describe, expect, test } from 'vitest';
import { nodeCryptography } from '../../../../shared/ledger/node-crypto.ts';
import { ledgerKeyLines } from '../../../../shared/ledger/publish/index.ts';
import {
  checkKeys,
  checkProofFile,
  followKeys,
  isRefused,
  type KeyChain,
  openCheckpoint,
  readKeyFile,
  readVerifierKey,
  type Trust,
} from '../../../../shared/ledger/verifier/index.ts';
import { memorySigner } from '../../../support/memory-publishing.ts';
import { rotatingLedger } from '../../../support/rotating-ledger.ts';

const crypto = nodeCryptography();
const world = rotatingLedger();
let trust: Trust;
let note = '';

async function trustIn(name: string): Promise<Trust> {
  const lines = await ledgerKeyLines('example.org/test', await memorySigner(name).publicKey());
  const keys = await Promise.all(lines.map((line) => readVerifierKey(line, crypto)));
  return { keys: keys.flatMap((key) => (isRefused(key) ? [] : [key])) };
}

/** The chain that these files lead along. */
function follow(files: Readonly<Record<string, Uint8Array | string>>, known = trust): Promise<KeyChain> {
  const read = async (path: string) =>
    files[path] === undefined ? [] : [{ bytes: Uint8Array.from(Buffer.from(files[path])) }];
  return followKeys(read, known, crypto);
}

const fileOf = (generation: number): Buffer =>
  Buffer.from(world.publishing.files.stored.get(`key/${generation}`) ?? []);
const both = () => ({ 'key/2': fileOf(2), 'key/3': fileOf(3) });
const reasonOf = async (files: Readonly<Record<string, Uint8Array | string>>, known = trust) =>
  (await follow(files, known)).findings[0]?.reason;

beforeAll(async () => {
  trust = await trustIn('ledger');
  await world.sign(2);
  await world.rotate(2);
  await world.sign(2);
  await world.rotate(3);
  await world.sign(2);
  await world.sign(2);
  note = (await world.publishing.checkpoints.newest())?.note ?? '';
});

describe('the keys of a ledger', () => {
  test('are followed from the first one, through each statement', async () => {
    const chain = await follow(both());
    expect(chain.findings).toEqual([]);
    expect(chain.keys.map(({ generation }) => generation)).toEqual([1, 2, 3]);
    expect(chain.trust.keys).toHaveLength(6);
    expect(await openCheckpoint(note, chain.trust, crypto)).toMatchObject({ size: 10n });
  });

  test('are as good where the later ones are trusted from the start', async () => {
    const all = {
      keys: [...trust.keys, ...(await trustIn('later 0')).keys, ...(await trustIn('later 1')).keys],
    };
    const chain = await follow(both(), all);
    expect(chain).toMatchObject({ findings: [], trust: { keys: all.keys } });
    expect(chain.keys).toHaveLength(3);
  });

  test('without a statement are those that were given', async () => {
    expect(await follow({})).toEqual({ keys: [], trust, findings: [] });
    // what stands beyond a gap leads nowhere
    expect((await follow({ 'key/3': fileOf(3) })).keys).toEqual([]);
  });

  test('lead from no other key than the one in force', async () => {
    expect(await reasonOf(both(), await trustIn('stranger'))).toBe(
      'key/2: no key that is known to be in force has signed it',
    );
    expect(await reasonOf(both(), { ...trust, origin: 'another' })).toBe(
      'key/2: it is a statement of "example.org/test", not of "another"',
    );
    expect(await reasonOf({ 'key/2': fileOf(3) })).toBe('key/2: it names the key number 3');
  });

  test('of a statement any byte of which is another are refused, or are not those of the entry', async () => {
    const sound = await readKeyFile(fileOf(2), 2, crypto);
    if (isRefused(sound)) throw new Error(sound.refused);
    const { id, commitment } = sound;
    const file = fileOf(2);
    for (let at = 0; at < file.length; at += 1) {
      const changed = Buffer.from(file);
      changed[at] = (file[at] ?? 0) ^ (1 << (at % 8));
      const chain = await follow({ 'key/2': changed });
      const said = checkKeys(chain, [{ seq: 2, id, commitment }], []);
      expect([...chain.findings, ...said].length, `byte ${at}`).toBeGreaterThan(0);
      expect(said, `byte ${at}`).toMatchObject([{ verdict: 'altered', seq: 2 }]);
    }
  }, 60_000);
});

const payloadWith = (change: (payload: Record<string, unknown>) => object): string => {
  const { payload, salt } = JSON.parse(fileOf(2).toString());
  return JSON.stringify({ payload: JSON.stringify(change(JSON.parse(payload))), salt });
};
const noteWith = (change: (note: string) => string): string =>
  payloadWith((payload) => ({ ...payload, note: change(String(payload.note)) }));

describe('a malformed statement is a finding with its reason:', () => {
  test.each([
    ['nothing', () => '', 'it is no JSON'],
    ['no UTF-8', () => Uint8Array.of(0xff), 'it is no JSON'],
    ['a list', () => '[]', 'it is no object'],
    ['no payload', () => '{"salt":"00"}', 'it has no payload with a salt of 32 bytes'],
    ['a member besides', () => fileOf(2).toString().replace('{', '{"a":1,'), 'it is not the RFC 8785 form'],
    ['a payload of two', () => fileOf(2).toString().replace('"{', '"{} {'), 'its payload: it is no JSON'],
    [
      'another kind',
      () => payloadWith((payload) => ({ ...payload, kind: 'ledger.erased' })),
      'is no ledger.key',
    ],
    [
      'another id',
      () => payloadWith((payload) => ({ ...payload, id: 'a'.repeat(64) })),
      'the id in its payload',
    ],
    ['no note', () => payloadWith((payload) => ({ ...payload, note: 7 })), 'its payload is no ledger.key'],
    ['a note without signatures', () => noteWith((text) => text.split('\n\n')[0] ?? ''), 'no blank line'],
    ['four lines', () => noteWith((text) => text.replace('ledger.key\n', '')), 'has not the five lines'],
    ['generation 1', () => noteWith((text) => text.replace('\n2\n', '\n1\n')), 'has not the five lines'],
    ['no vkey', () => noteWith((text) => text.replace('\n2\nexample.org', '\n2\n+')), 'the new key: '],
    [
      'one key twice',
      () => noteWith((text) => text.replace(/\n2\n(.*)\n.*\n/, '\n2\n$1\n$1\n')),
      'by a line of type 01 and one of type 04',
    ],
    ['half its signatures', () => noteWith((text) => text.replace(/\n[^\n]*\n$/, '\n')), 'has not signed it'],
  ])('%s', async (_, file, reason) => {
    expect(await reasonOf({ 'key/2': file() })).toContain(reason);
  });
});

test('who knows the first key alone is told that a later one has signed', async () => {
  const opened = await openCheckpoint(note, trust, crypto);
  expect(isRefused(opened) ? opened.refused : '').toMatch(
    /^no signature is by a known key: it is signed by example.org\/test\+[0-9a-f]{8}\. If the ledger's key was rotated, give the later key/,
  );
  const proof = `c2sp.org/tlog-proof@v1\nextra AA==\nindex 0\n\n${note}`;
  const proven = await checkProofFile(proof, trust, crypto);
  expect(isRefused(proven) ? proven.refused : '').toContain('give the later key too');
});
