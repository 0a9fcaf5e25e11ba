import { describe, expect, test } from 'vitest';
import { Fault, isFault } from '../../../../shared/kernel/index.ts';
import { keyFileLines, publishCheckpoint } from '../../../../shared/ledger/publish/index.ts';
import { memoryCheckpoints } from '../../../support/memory-publishing.ts';
import { type RotatingLedger, rotatingLedger } from '../../../support/rotating-ledger.ts';

const kindOf = (bytes: string): string => JSON.parse(bytes).kind;
const named = ({ ledger }: RotatingLedger) => ledger.stored.filter((each) => kindOf(each) === 'ledger.key');

describe('a rotation', () => {
  test('is followed from the first key: the first checkpoint after it is signed by both, the next by the new key', async () => {
    const world = rotatingLedger();
    expect(await world.sign(10)).toBe(2);
    expect(await world.rotate(2)).toMatchObject({ generation: 2, seq: 10 });
    expect(await world.sign(0)).toBe(3);
    expect(await world.audit()).toMatchObject({ verdict: 'sound', findings: [], checked: 11 });
    expect(await world.sign(300)).toBe(2);
    expect(await world.rotate(3)).toMatchObject({ generation: 3, seq: 311 });
    expect(await world.sign(5)).toBe(3);
    expect(await world.sign(5)).toBe(2);
    const report = await world.audit();
    expect(report).toMatchObject({ verdict: 'sound', findings: [], checked: 322, special: [] });
    const { publishing, ledger } = world;
    const lines = await keyFileLines({ ...publishing, ledger });
    expect(lines.filter((line) => line.startsWith('#'))).toEqual([
      '# key 2: in force from entry 10 on',
      '# key 3: in force from entry 311 on',
    ]);
    expect(report.checkpoint?.signers[0]).toBe(lines[6]?.split('+').slice(0, 2).join('+'));
  });

  test('of two keys between two checkpoints has the signatures of all three on the next', async () => {
    const world = rotatingLedger();
    await world.sign(3);
    await world.rotate(2);
    await world.rotate(3);
    expect(await world.sign(1)).toBe(4);
    expect(await world.audit()).toMatchObject({ verdict: 'sound', findings: [] });
  });

  test('asked twice is done once; one that skips a key, or has no spare, is refused', async () => {
    const world = rotatingLedger(2);
    await world.sign(1);
    await expect(world.rotate(3)).rejects.toThrow('key 1 is in force: the next is 2, not 3');
    const first = await world.rotate(2);
    expect(await world.rotate(2)).toEqual(first);
    expect(named(world)).toHaveLength(1);
    await expect(world.rotate(3)).rejects.toThrow('deploy with -c ledgerKeys=3');
    expect([...world.publishing.files.stored.keys()].filter((path) => path.startsWith('key/'))).toEqual([
      'key/2',
    ]);
  });

  test('of two at once is one', async () => {
    const world = rotatingLedger();
    await world.sign(1);
    const [one, other] = await Promise.all([world.rotate(2), world.rotate(2)]);
    expect(one).toEqual(other);
    expect(named(world)).toHaveLength(1);
    await world.sign(1);
    expect(await world.audit()).toMatchObject({ verdict: 'sound' });
  });

  test('stops where something else is published as the statement', async () => {
    const world = rotatingLedger();
    await world.sign(1);
    await world.publishing.files.putOnce('key/2', Buffer.from('{}'));
    await expect(world.rotate(2)).rejects.toThrow('key/2 is there, and it has no payload');
    expect(named(world)).toEqual([]);
  });
});

test.each(['before', 'after'] as const)(
  'cut off %s any call, it is finished by asking again, and nothing is wrong meanwhile',
  async (when) => {
    let reached = true;
    for (let position = 0; reached; position += 1) {
      const world = rotatingLedger(2);
      await world.sign(5);
      let calls = 0;
      const cut = <T extends object>(port: T): T =>
        Object.fromEntries(
          Object.entries(port).map(([name, member]) => [
            name,
            async (...given: unknown[]) => {
              const mine = calls++ === position;
              if (mine && when === 'before') throw new Fault('Unavailable', 'cut off');
              const answer = await member(...given);
              if (mine) throw new Fault('Unavailable', 'cut off, after it was done');
              return answer;
            },
          ]),
        ) as T;
      const { table, files, signers } = world.rotating;
      const [first, ...later] = signers;
      const { head, append, commitments, find, entries } = table;
      const ended = await world
        .rotate(2, {
          ...world.rotating,
          ...{
            table: cut({ head, append, commitments, find, entries }),
            files: cut({ read: files.read, putOnce: files.putOnce }),
          },
          signers: [
            cut({ publicKey: first.publicKey, sign: first.sign }),
            ...later.map(({ publicKey, sign }) => cut({ publicKey, sign })),
          ],
        })
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      reached = calls > position;
      if (ended !== undefined) expect(isFault(ended, 'Unavailable')).toBe(true);
      await world.sign(1);
      expect(await world.audit(), `call ${position}`).toMatchObject({ verdict: 'sound', findings: [] });
      await world.rotate(2);
      expect(named(world)).toHaveLength(1);
      await world.sign(1);
      await world.sign(1);
      expect(await world.audit(), `call ${position}`).toMatchObject({ verdict: 'sound', findings: [] });
    }
  },
);

describe('who cannot tell which key is in force', () => {
  test('signs nothing', async () => {
    const { publishing, ledger, rotate, sign } = rotatingLedger();
    await sign(1);
    await rotate(2);
    const find = () => Promise.reject(new Fault('Unavailable', 'no answer'));
    const before = publishing.signers.map(({ signed }) => signed.length);
    const blind = {
      ...publishing,
      ledger: { ...publishing.ledger, head: ledger.head, entries: ledger.entries, find },
    };
    await expect(publishCheckpoint(blind, { cause: 'asked' })).rejects.toThrow('no answer');
    expect(publishing.signers.map(({ signed }) => signed.length)).toEqual(before);
  });

  test('because a deployment has too few keys, signs nothing', async () => {
    const { publishing, rotate, sign, ledger } = rotatingLedger();
    await sign(1);
    await rotate(2);
    await sign(1);
    await ledger.grow(1);
    const fewer = { ...publishing, signers: [publishing.signers[0]] as const };
    await expect(publishCheckpoint(fewer, { cause: 'asked' })).rejects.toThrow('the newest is signed by');
  });
});

describe('an audit finds', () => {
  test('a retired key that signs on alone', async () => {
    const world = rotatingLedger();
    await world.sign(4);
    await world.rotate(2);
    await world.ledger.grow(1);
    const stolen = { ...world.publishing, signers: [world.publishing.signers[0]] as const };
    await publishCheckpoint(stolen, { cause: 'asked' });
    const report = await world.audit();
    expect(report.verdict).toBe('altered');
    expect(report.findings[0]?.reason).toMatch(
      /signed for size 6 by the retired key .*: from size 5 on .* signs/,
    );
  });

  test('a key that signs before its entry is sealed; a statement alone is none', async () => {
    const world = rotatingLedger();
    await world.sign(4);
    const append = () => Promise.reject(new Fault('Unavailable', 'cut off'));
    await expect(
      world.rotate(2, { ...world.rotating, table: { ...world.rotating.table, append } }),
    ).rejects.toThrow('cut off');
    expect(await world.audit()).toMatchObject({ verdict: 'sound', findings: [] });
    const [, second] = world.publishing.signers;
    if (second === undefined) throw new Error('three keys');
    const checkpoints = memoryCheckpoints();
    await world.ledger.grow(1);
    await publishCheckpoint({ ...world.publishing, checkpoints, signers: [second] }, { cause: 'asked' });
    const report = await world.audit(checkpoints);
    expect(report.verdict).toBe('altered');
    expect(report.findings[0]?.reason).toMatch(/signed for size 5 by .*, whose entry is not among them/);
  });

  test('an entry whose statement is gone, or another', async () => {
    const world = rotatingLedger();
    await world.sign(4);
    await world.rotate(2);
    await world.sign(1);
    const { stored } = world.publishing.files;
    const file = stored.get('key/2') ?? new Uint8Array();
    stored.delete('key/2');
    expect(await world.audit()).toMatchObject({ verdict: 'altered', firstBad: 4 });
    const { payload } = JSON.parse(Buffer.from(file).toString());
    stored.set('key/2', Buffer.from(JSON.stringify({ payload, salt: 'a'.repeat(64) })));
    expect(await world.audit()).toMatchObject({ verdict: 'altered', firstBad: 4 });
  });
});
