import { expect, test } from 'vitest';
import { Fault, isFault } from '../../../../shared/kernel/index.ts';
import { appendLeaf, type Frontier, leafHash, rootOf } from '../../../../shared/ledger/index.ts';
import { publishCheckpoint } from '../../../../shared/ledger/publish/index.ts';
import { hex, isRefused, readCheckpoint } from '../../../../shared/ledger/verifier/index.ts';
import { seededRandom } from '../../../support/chance.ts';
import { auditPublished, growingLedger } from '../../../support/growing-ledger.ts';
import { type MemoryPublishing, memoryPublishing } from '../../../support/memory-publishing.ts';

type Call = <T>(run: () => Promise<T>) => Promise<T>;
const SEEDS = 40;

/** Every call of every port goes through `call`. */
function through(deps: MemoryPublishing, call: Call): MemoryPublishing {
  const all = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, member]) => [
        name,
        typeof member === 'function' ? (...given: unknown[]) => call(() => member(...given)) : member,
      ]),
    ) as Port;
  const { ledger, checkpoints, files, queue } = deps;
  const ports = { ledger, checkpoints, files, queue };
  const [first, ...later] = deps.signers;
  return {
    ...deps,
    signers: [all(first), ...later.map(all)],
    ...(Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, all(port)])) as typeof ports),
  };
}

/** Cut off at the given call: before it was sent, or after it took effect. */
function cutAt(position: number, when: 'before' | 'after'): Call & { readonly reached: () => boolean } {
  let calls = 0;
  const call: Call = async (run) => {
    const cut = calls++ === position;
    if (cut && when === 'before') throw new Fault('Unavailable', 'cut off');
    const answer = await run();
    if (cut) throw new Fault('Unavailable', 'cut off, after it was done');
    return answer;
  };
  return Object.assign(call, { reached: () => calls > position });
}

/** One history: whatever was signed is a size that the ledger had with the root it had, and all files are of it. */
async function expectOneHistory(deps: MemoryPublishing, stored: readonly string[]): Promise<void> {
  const frontiers: Frontier[] = [[]];
  for (const [at, bytes] of stored.entries())
    frontiers.push(appendLeaf(frontiers[at] ?? [], at, leafHash(bytes)));
  const texts = deps.signers[0].signed.map((message) => message.replace(/^cosignature\/v1\ntime \d+\n/, ''));
  for (const text of new Set(texts)) {
    const checkpoint = readCheckpoint(text);
    if (isRefused(checkpoint)) throw new Error(checkpoint.refused);
    expect(hex(checkpoint.root)).toBe(rootOf(frontiers[Number(checkpoint.size)] ?? ['never']));
  }
  const { size } = (await deps.checkpoints.newest()) ?? { size: 0 };
  expect(await auditPublished(deps, stored)).toMatchObject({ verdict: 'sound', checked: size });
  expect((await deps.checkpoints.tileState())?.size ?? 0).toBeGreaterThanOrEqual(size - (size % 256));
}

test.each(['before', 'after'] as const)(
  'cut off %s any call, and run again: one history',
  async (when) => {
    let reached = true;
    for (let position = 0; reached; position += 1) {
      const ledger = growingLedger();
      const deps = { ...memoryPublishing(ledger), heldTiles: 1 };
      await ledger.grow(200);
      await publishCheckpoint(deps, { cause: 'asked' });
      await ledger.grow(400);
      const cut = cutAt(position, when);
      const run = publishCheckpoint(through(deps, cut), { cause: 'asked' });
      const failed = await run.then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      reached = cut.reached();
      expect(isFault(failed, 'Unavailable')).toBe(reached);
      if (position % 2 === 0) await ledger.grow(1);
      deps.clock.advance(60_000);
      expect(await publishCheckpoint(deps, { cause: 'heartbeat' })).toMatchObject({ kind: 'signed' });
      expect((await deps.checkpoints.newest())?.size).toBe((await ledger.head()).size);
      expect(deps.metrics.filter((name) => name !== 'ledger_checkpoint_signed_total')).toEqual([]);
      await expectOneHistory(deps, ledger.stored);
    }
  },
  60_000,
);

test('publishers side by side, cut off anywhere, over a ledger that grows: one history', async () => {
  const ends = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const ledger = growingLedger();
    const deps = { ...memoryPublishing(ledger), heldTiles: 1 };
    const random = seededRandom(seed);
    const chance = (below: number): number => (random(1)[0] ?? 0) % below;
    const call: Call = async (run) => {
      for (let turns = chance(4); turns > 0; turns -= 1)
        await new Promise((resolve) => setImmediate(resolve));
      const trouble = chance(60);
      if (trouble === 0) throw new Fault('Unavailable', 'cut off');
      const answer = await run();
      if (trouble === 1) throw new Fault('Unavailable', 'cut off, after it was done');
      return answer;
    };
    const publisher = async (): Promise<void> => {
      for (let run = 0; run < 3; run += 1) {
        deps.clock.advance(1 + chance(5_000));
        const cause = chance(2) === 0 ? 'asked' : 'heartbeat';
        const ended = publishCheckpoint(through(deps, call), { cause }).then(
          ({ kind }) => kind,
          (thrown: unknown) => (isFault(thrown, 'Unavailable') ? 'cut' : String(thrown)),
        );
        ends.add(await ended);
      }
    };
    const growth = async (): Promise<void> => {
      for (let batch = 0; batch < 6; batch += 1)
        await call(() => ledger.grow(chance(120))).catch(() => undefined);
    };
    await Promise.all([publisher(), publisher(), growth()]);
    await publishCheckpoint(deps, { cause: 'heartbeat' });
    expect(deps.metrics.filter((name) => name !== 'ledger_checkpoint_signed_total')).toEqual([]);
    await expectOneHistory(deps, ledger.stored);
  }
  expect([...ends].toSorted()).toEqual(['covered', 'cut', 'overtaken', 'signed']);
}, 60_000);
