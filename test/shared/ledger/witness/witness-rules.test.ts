import fc from 'fast-check';
import { expect, test } from 'vitest';
import { base64, hex, isRefused, utf8 } from '../../../../shared/ledger/verifier/index.ts';
import {
  addCheckpoint,
  MAX_REQUEST_BYTES,
  readAddCheckpoint,
  type WitnessAnswer,
  type Witnessed,
  type WitnessStore,
} from '../../../../shared/ledger/witness/index.ts';
import {
  history,
  memoryWitnessStore,
  ORIGIN,
  requestBody,
  signedNote,
  witnessDeps,
} from '../../../support/witness.ts';

const LARGEST = 40;
// few, so that requests meet
const sizes = fc.constantFrom(0, 3, 12, 13, 20, LARGEST);
// two histories that part after 12 leaves: an operator who shows one to some and the other to others
const branches = [0, 1].map((at) => history(`${at}`, LARGEST, 12));
const branchOf = (at: number) => branches[at] ?? history('none', 0);

const requests = fc.array(
  fc.record({
    branch: fc.integer({ min: 0, max: 1 }),
    old: sizes,
    size: sizes,
    /** Takes the old size from what was cosigned, as a log that means well does. */
    follows: fc.boolean(),
  }),
  { minLength: 2, maxLength: 24 },
);

function bodyOf(branch: number, old: number, size: number): Uint8Array {
  const { root, proof } = branchOf(branch);
  return requestBody(old, old <= size ? proof(old, size) : [], signedNote(size, root(size)));
}

/** A store that writes down each record that it took, in order. */
function recorded(store: WitnessStore & { readonly records: Map<string, Witnessed> }) {
  const taken: Witnessed[] = [];
  const put: WitnessStore['put'] = async (origin, next, before) => {
    const won = await store.put(origin, next, before);
    if (won) taken.push(next);
    return won;
  };
  return { store: { ...store, put }, taken };
}

function expectOneHistory(taken: readonly Witnessed[], answers: readonly WitnessAnswer[]): void {
  const roots = new Map<bigint, string>();
  for (const [at, { size, root, time }] of taken.entries()) {
    const before = taken[at - 1];
    expect(size).toBeGreaterThanOrEqual(before?.size ?? 0n);
    expect(time).toBeGreaterThanOrEqual(before?.time ?? 0n);
    expect(roots.get(size) ?? root).toBe(root);
    roots.set(size, root);
  }
  const fits = (branch: number) =>
    [...roots].every(([size, root]) => hex(branchOf(branch).root(Number(size))) === root);
  expect(fits(0) || fits(1)).toBe(true);
  // every line that was handed out stands behind a record that was written
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(taken.length);
  expect(answers.filter(({ status }) => ![200, 400, 409, 422].includes(status))).toEqual([]);
}

test('one after the other: never two roots of one size, never back, never out of the history it has seen', async () => {
  const property = fc.asyncProperty(requests, async (asked) => {
    const { store, taken } = recorded(memoryWitnessStore());
    const answers: WitnessAnswer[] = [];
    for (const { branch, old, size, follows } of asked) {
      const from = follows ? Number(taken.at(-1)?.size ?? 0n) : old;
      answers.push(await addCheckpoint(witnessDeps(store), bodyOf(branch, from, size)));
    }
    expectOneHistory(taken, answers);
  });
  await fc.assert(property, { numRuns: 150 });
});

test('at once, in every order of the calls to the store: the same', async () => {
  const property = fc.asyncProperty(requests, fc.scheduler(), async (asked, scheduler) => {
    const memory = memoryWitnessStore(async () => {
      await scheduler.schedule(Promise.resolve());
    });
    const { store, taken } = recorded(memory);
    let now = 1_000;
    const clock = () => {
      now += 700;
      return now;
    };
    const all = asked.map(({ branch, old, size, follows }) => {
      const from = follows ? 0 : old;
      return addCheckpoint({ ...witnessDeps(store), clock }, bodyOf(branch, from, size));
    });
    expectOneHistory(taken, await scheduler.waitFor(Promise.all(all)));
  });
  await fc.assert(property, { numRuns: 150 });
});

test('two at once from the same size: one is cosigned, the other is told the size that won', async () => {
  const grown = fc.integer({ min: 1, max: LARGEST });
  const property = fc.asyncProperty(grown, grown, fc.scheduler(), async (one, two, scheduler) => {
    const store = memoryWitnessStore(async () => {
      await scheduler.schedule(Promise.resolve());
    });
    const both = [bodyOf(0, 0, one), bodyOf(1, 0, two)].map((body) =>
      addCheckpoint(witnessDeps(store), body),
    );
    const answers = await scheduler.waitFor(Promise.all(both));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = store.records.get(ORIGIN)?.size;
    expect(answers.find(({ status }) => status === 409)).toEqual({ status: 409, size: won });
  });
  await fc.assert(property, { numRuns: 100 });
});

test('every single bit of a request matters', async () => {
  const store = memoryWitnessStore();
  await addCheckpoint(witnessDeps(store), bodyOf(0, 0, 7));
  const before = store.records.get(ORIGIN);
  const body = bodyOf(0, 7, 20);
  for (let bit = 0; bit < body.length * 8; bit += 1) {
    const flipped = new Uint8Array(body);
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    const { status } = await addCheckpoint(witnessDeps(store), flipped);
    expect([400, 403, 404, 409, 422]).toContain(status);
  }
  expect(store.records.get(ORIGIN)).toBe(before);
  expect(await addCheckpoint(witnessDeps(store), body)).toMatchObject({ status: 200 });
});

test('any bytes are answered, and none of them cosigned', async () => {
  const alike = fc
    .array(
      fc.constantFrom(
        'old ',
        '0',
        '7',
        '\n',
        '\n\n',
        ORIGIN,
        base64(new Uint8Array(32)),
        '\u2014 ',
        '+',
        'é',
      ),
    )
    .map((parts) => utf8(parts.join('')));
  const property = fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), alike), async (bytes) => {
    const { status } = await addCheckpoint(witnessDeps(), bytes);
    expect([400, 403, 404]).toContain(status);
  });
  await fc.assert(property, { numRuns: 500 });
});

const note = signedNote(7, branchOf(0).root(7));
const hash = base64(new Uint8Array(32));
test.each([
  ['no old size', `\n${note}`, /first line/],
  ['a leading zero', `old 07\n\n${note}`, /first line/],
  ['a sign', `old +7\n\n${note}`, /first line/],
  ['over 2^64-1', `old 18446744073709551616\n\n${note}`, /first line/],
  ['two spaces', `old  7\n\n${note}`, /first line/],
  ['lines that end as on Windows', `old 7\r\n\r\n${note}`, /first line/],
  ['no blank line', `old 7\n${hash}\n${note}`, /hash 2 of the proof/],
  ['a hash of 31 bytes', `old 7\n${base64(new Uint8Array(31))}\n\n${note}`, /hash 1 of the proof/],
  ['a hash without its padding', `old 7\n${hash.slice(0, -1)}\n\n${note}`, /hash 1 of the proof/],
  ['64 hashes', `old 7\n${`${hash}\n`.repeat(64)}\n${note}`, /more than 63/],
  ['an old size over the checkpoint', `old 8\n\n${note}`, /old size 8/],
  ['no signature', `old 7\n\n${note.split('\u2014')[0]}`, /signature/],
  ['a note that is cut', `old 7\n\n${note.slice(0, -1)}`, /signature line/],
  ['a size that is none', `old 7\n\n${note.replace('\n7\n', '\nseven\n')}`, /size/],
  ['too much', `old 7\n\n${note}${'x'.repeat(MAX_REQUEST_BYTES)}`, /over 65536 bytes/],
])('%s is refused, with the reason', (_, body, reason) => {
  const read = readAddCheckpoint(utf8(body));
  expect(isRefused(read) ? read.refused : 'taken').toMatch(reason);
});

test('63 hashes and extension lines are read', () => {
  const extended = note.replace(/\n\n/, '\nan extension\n\n');
  const read = readAddCheckpoint(utf8(`old 7\n${`${hash}\n`.repeat(63)}\n${extended}`));
  expect(isRefused(read) ? read : [read.proof.length, read.checkpoint.extensions]).toEqual([
    63,
    ['an extension'],
  ]);
});
