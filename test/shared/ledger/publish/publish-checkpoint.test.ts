import { describe, expect, test } from 'vitest';
import { isFault } from '../../../../shared/kernel/index.ts';
import { type LedgerTable, rootOf } from '../../../../shared/ledger/index.ts';
import { publishCheckpoint } from '../../../../shared/ledger/publish/index.ts';
import { auditPublished, type GrowingLedger, growingLedger } from '../../../support/growing-ledger.ts';
import { type MemoryPublishing, memoryPublishing } from '../../../support/memory-publishing.ts';

const asked = { cause: 'asked' } as const;
const heartbeat = { cause: 'heartbeat' } as const;

const refusal = (name: 'Malformed' | 'Conflict' | 'Unavailable') => (thrown: unknown) =>
  isFault(thrown, name);

describe('a checkpoint', () => {
  test('says what the head says, and the shipped verifier finds the ledger sound', async () => {
    const ledger = growingLedger();
    const deps = memoryPublishing(ledger);
    for (const count of [0, 1, 254, 1, 1, 300, 211]) {
      await ledger.grow(count);
      const head = await ledger.head();
      expect(await publishCheckpoint(deps, heartbeat)).toEqual({ kind: 'signed', size: head.size });
      expect(await deps.checkpoints.newest()).toMatchObject({ size: head.size, root: rootOf(head.frontier) });
      expect(await auditPublished(deps, ledger.stored)).toMatchObject({
        verdict: 'sound',
        checked: head.size,
      });
    }
    expect((await deps.checkpoints.tileState())?.size).toBe(768);
    const paths = [...deps.files.stored.keys()].filter((path) => path.startsWith('tile/')).toSorted();
    expect(paths).toEqual(
      ['0', 'entries'].flatMap((level) => [0, 1, 2].map((at) => `tile/${level}/00${at}`)),
    );
    expect(deps.metrics.filter((name) => name === 'ledger_checkpoint_signed_total')).toHaveLength(7);
  });

  test('that covers the head is not signed again when asked for; the heartbeat gives it a new time', async () => {
    const ledger = growingLedger();
    const deps = memoryPublishing(ledger);
    await ledger.grow(3);
    await publishCheckpoint(deps, asked);
    const first = await deps.checkpoints.newest();
    deps.clock.advance(300_000);
    expect(await publishCheckpoint(deps, asked)).toEqual({ kind: 'covered', size: 3 });
    expect(await deps.checkpoints.newest()).toEqual(first);
    expect(await publishCheckpoint(deps, heartbeat)).toEqual({ kind: 'signed', size: 3 });
    const second = await deps.checkpoints.newest();
    expect(second?.signedAt).toBe('2026-11-21T10:05:00.000Z');
    expect(second?.note.split('\n').slice(0, 5)).toEqual(first?.note.split('\n').slice(0, 5));
    expect(await auditPublished(deps, ledger.stored)).toMatchObject({ verdict: 'sound' });
    expect([...deps.files.stored.keys()]).toEqual(['checkpoint/00000000000000000003']);
  });

  test('carries the lines of the witnesses, and is archived with them just before it is stored', async () => {
    const ledger = growingLedger();
    const deps = memoryPublishing(ledger);
    await ledger.grow(1);
    const seen: unknown[] = [];
    const cosign = async (checkpoint: unknown) => {
      // who audits while a witness is slow must find nothing that vouches for more than the newest does
      expect([...deps.files.stored.keys()]).toEqual([]);
      seen.push(checkpoint);
      return ['\u2014 witness AAAAAAA=\n'];
    };
    await publishCheckpoint({ ...deps, cosign }, asked);
    const newest = await deps.checkpoints.newest();
    expect(newest?.note.endsWith('\u2014 witness AAAAAAA=\n')).toBe(true);
    expect(seen).toEqual([{ size: 1, root: newest?.root, note: expect.any(String), before: undefined }]);
    const archived = Buffer.from(deps.files.stored.get('checkpoint/00000000000000000001') ?? '').toString();
    expect(archived).toBe(newest?.note);
  });
});

describe('a checkpoint that is far behind', () => {
  test('is signed at the end of its backlog; without the time for it, it is asked for again', async () => {
    const ledger = growingLedger();
    const deps = memoryPublishing(ledger);
    await ledger.grow(2_500);
    // each page read takes its time: the first round uses up the run's
    const entries: LedgerTable['entries'] = async (from, to) => {
      deps.clock.advance(6_000);
      return await ledger.entries(from, to);
    };
    const slow = { ...deps, ledger: { ...ledger, entries } };
    expect(await publishCheckpoint(slow, asked)).toEqual({ kind: 'behind', size: 2_500 });
    expect(deps.queue.asked).toEqual([0]);
    expect(deps.signers[0].signed).toEqual([]);
    expect((await deps.checkpoints.tileState())?.size).toBe(1_024);
    expect(await publishCheckpoint(slow, asked)).toEqual({ kind: 'behind', size: 2_500 });
    expect(await publishCheckpoint(slow, asked)).toEqual({ kind: 'signed', size: 2_500 });
    expect(await auditPublished(deps, ledger.stored)).toMatchObject({ verdict: 'sound', checked: 2_500 });
  });

  test('catches up in one run where there is time', async () => {
    const ledger = growingLedger();
    const deps = { ...memoryPublishing(ledger), heldTiles: 1 };
    await ledger.grow(1_024);
    expect(await publishCheckpoint(deps, asked)).toEqual({ kind: 'signed', size: 1_024 });
    expect(await auditPublished(deps, ledger.stored)).toMatchObject({ verdict: 'sound', checked: 1_024 });
  });

  test('waits for an index that is behind the head, and gives up as what can be tried again', async () => {
    const ledger = growingLedger();
    const deps = memoryPublishing(ledger);
    await ledger.grow(10);
    let reads = 0;
    const lagging = (shown: (read: number) => number): MemoryPublishing => ({
      ...deps,
      ledger: {
        ...{ head: ledger.head, find: ledger.find },
        entries: async (from, to) => await ledger.entries(from, Math.min(to, shown(reads++))),
      },
    });
    expect(
      await publishCheckpoint(
        lagging((read) => Math.min(10, read * 2)),
        asked,
      ),
    ).toMatchObject({ kind: 'signed' });
    await ledger.grow(1);
    await expect(
      publishCheckpoint(
        lagging(() => 10),
        asked,
      ),
    ).rejects.toSatisfy(refusal('Unavailable'));
    expect(deps.metrics).toEqual(['ledger_checkpoint_signed_total']);
  });
});

/** Published with 300 entries, then 300 more; `change` spoils something in between. */
async function spoiled(change: (deps: MemoryPublishing, ledger: GrowingLedger) => unknown) {
  const ledger = growingLedger();
  const deps = memoryPublishing(ledger);
  await ledger.grow(300);
  await publishCheckpoint(deps, asked);
  await ledger.grow(300);
  const signed = deps.signers[0].signed.length;
  const changed = ((await change(deps, ledger)) ?? deps) as MemoryPublishing;
  return { run: () => publishCheckpoint(changed, asked), deps, signed };
}
async function refused(
  change: Parameters<typeof spoiled>[0],
  fault: 'Malformed' | 'Conflict',
  metric: string,
  reason: string,
): Promise<void> {
  const { run, deps, signed } = await spoiled(change);
  for (let time = 1; time <= 2; time += 1) {
    await expect(run()).rejects.toSatisfy(refusal(fault));
    await expect(run()).rejects.toThrow(reason);
  }
  expect(deps.signers[0].signed).toHaveLength(signed);
  expect(new Set(deps.metrics.slice(1))).toEqual(new Set([metric]));
  expect((await deps.checkpoints.newest())?.size).toBe(300);
}
const edit = (ledger: { stored: string[] }, at: number): void => {
  ledger.stored[at] = String(ledger.stored[at]).replace('cccc', 'dddd');
};

describe('nothing is signed', () => {
  test.each([
    ['the last entry', 599, 'the root over 600 entries'],
    ['an entry in the middle', 400, 'entry 401 has another predecessor'],
    ['an entry that is signed already', 260, 'entry 261 has another predecessor'],
    ['the last entry that is signed', 299, 'the first 300 entries are not those that were signed'],
  ])('over a ledger of which %s was changed', async (_what, at, reason) => {
    const mismatch = 'ledger_root_mismatch_total';
    await refused((_deps, ledger) => edit(ledger, at), 'Malformed', mismatch, reason);
  });

  test('over a head of other entries, a ledger that shrank, or one that was rolled back and grew again', async () => {
    const mismatch = 'ledger_root_mismatch_total';
    const other = growingLedger();
    await other.grow(10);
    const shrunk = (deps: MemoryPublishing) => ({ ...deps, ledger: other });
    await refused(shrunk, 'Malformed', mismatch, 'the ledger shrank from 300 to 10 entries');
    const empty = (deps: MemoryPublishing) => ({ ...deps, ledger: growingLedger() });
    await refused(empty, 'Malformed', mismatch, 'the ledger shrank from 300 to 0 entries');
    const lying = async (deps: MemoryPublishing, ledger: LedgerTable) => {
      const head = await ledger.head();
      const frontier = ['f'.repeat(64), ...head.frontier.slice(1)];
      return { ...deps, ledger: { ...ledger, head: async () => ({ ...head, frontier }) } };
    };
    await refused(lying, 'Malformed', mismatch, "the head's is");
  });

  test('again for a size that was signed with another root', async () => {
    const ledger = growingLedger();
    const deps = memoryPublishing(ledger);
    await ledger.grow(2);
    await publishCheckpoint(deps, asked);
    const head = await ledger.head();
    const frontier = ['f'.repeat(64)];
    const forked = { ...deps, ledger: { ...ledger, head: async () => ({ ...head, frontier }) } };
    await expect(publishCheckpoint(forked, heartbeat)).rejects.toThrow(
      'another root was signed for 2 entries',
    );
  });

  test('beside a file that is there with other bytes', async () => {
    const conflict = 'ledger_file_conflict_total';
    const tile = (deps: MemoryPublishing) => void deps.files.stored.set('tile/0/001', Uint8Array.of(1));
    await refused(tile, 'Conflict', conflict, 'tile/0/001 is there with other bytes');
  });

  test('and stored where the archive holds another checkpoint of that size', async () => {
    const path = 'checkpoint/00000000000000000600';
    const { run, deps } = await spoiled(
      ({ files }) => void files.stored.set(path, Buffer.from('another\n600\n')),
    );
    await expect(run()).rejects.toSatisfy(refusal('Conflict'));
    expect(deps.metrics.at(-1)).toBe('ledger_file_conflict_total');
    expect((await deps.checkpoints.newest())?.size).toBe(300);
  });
});
