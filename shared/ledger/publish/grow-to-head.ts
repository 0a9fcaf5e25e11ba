import { Fault } from '../../kernel/index.ts';
import type { Meter } from '../../ports/meter.ts';
import { rootOf } from '../frontier.ts';
import type { LedgerHead } from '../head.ts';
import type { LedgerTable } from '../ports.ts';
import type { TileFile } from '../tiles.ts';
import { TILE_WIDTH } from '../verifier/tile-files.ts';
import { type GrowingTree, growTree } from './grow-tree.ts';
import type { CheckpointTable, LedgerFiles, StoredCheckpoint, StoredTileState } from './ports.ts';
import { refuseFile, refuseRoot } from './refusals.ts';

export type GrowDeps = {
  readonly ledger: Pick<LedgerTable, 'entries'>;
  readonly checkpoints: Pick<CheckpointTable, 'tileState' | 'putTileState'>;
  readonly files: Pick<LedgerFiles, 'putOnce'>;
  readonly meter: Meter;
  /** Waits with jitter before try number 1, 2 ... */
  readonly pause: (attempt: number) => Promise<void>;
  /** The files of so many full tiles are held until their entries are found right. */
  readonly heldTiles: number;
};
export type Growth = {
  readonly head: LedgerHead;
  readonly newest: StoredCheckpoint | undefined;
  readonly tiles: StoredTileState | undefined;
  /** Whether there is no time for another round. */
  readonly late: () => boolean;
};

const PUTS_AT_ONCE = 8;
// With the jitter of the pauses about a second: the index is behind for less.
const MAX_READS = 9;
const MAX_STATES = 10;

/**
 * Reads the entries since the full tiles end, and puts what they made full. Nothing is written before its entries are
 * found right: by the head's root where a round reaches the head, else by the links up to and into the next entry, so that
 * a backlog of any size takes bounded memory. Answers whether it reached the head; if not, go on another time.
 */
export async function growToHead(deps: GrowDeps, { head, newest, tiles, late }: Growth): Promise<boolean> {
  const tree = growTree(head.ledgerId, tiles);
  let stored = tiles;
  do {
    const end = Math.min(head.size, tree.size() + deps.heldTiles * TILE_WIDTH);
    if (newest !== undefined && newest.size >= tree.size() && newest.size <= end) {
      await growTo(deps, tree, newest.size);
      if (tree.root() !== newest.root)
        refuseRoot(deps.meter, `the first ${newest.size} entries are not those that were signed`);
    }
    await growTo(deps, tree, end);
    if (end === head.size) confirmHead(deps.meter, tree, head);
    else await confirmNext(deps, tree);
    await putFiles(deps, tree.takeFiles());
    stored = await keepTiles(deps, tree.fullTiles(), stored);
  } while (tree.size() < head.size && !late());
  return tree.size() === head.size;
}

async function growTo(deps: GrowDeps, tree: GrowingTree, size: number): Promise<void> {
  while (tree.size() < size) {
    const edge = tree.size() - (tree.size() % TILE_WIDTH) + TILE_WIDTH;
    for (const { bytes } of await readEntries(deps, tree.size(), Math.min(size, edge))) {
      const wrong = tree.add(bytes);
      if (wrong !== undefined) refuseRoot(deps.meter, wrong);
    }
  }
}

function confirmHead(meter: Meter, tree: GrowingTree, head: LedgerHead): void {
  const root = rootOf(head.frontier);
  if (tree.root() !== root)
    refuseRoot(meter, `the root over ${head.size} entries is ${tree.root()}, the head's is ${root}`);
  if (tree.prev() !== head.prev) refuseRoot(meter, `the link of entry ${head.size - 1} is not the head's`);
}

async function confirmNext(deps: GrowDeps, tree: GrowingTree): Promise<void> {
  for (const { bytes } of await readEntries(deps, tree.size(), tree.size() + 1)) {
    const wrong = tree.whyNotNext(bytes);
    if (wrong !== undefined) refuseRoot(deps.meter, wrong);
  }
}

/** Some of these entries, from the first on. The index follows the table with a delay. */
async function readEntries({ ledger, pause }: GrowDeps, from: number, to: number) {
  for (let attempt = 1; attempt <= MAX_READS; attempt += 1) {
    if (attempt > 1) await pause(attempt - 1);
    const entries = await ledger.entries(from, to);
    if (entries.length > 0) return entries;
  }
  throw new Fault('Unavailable', `entry ${from} cannot be read yet`);
}

async function putFiles({ files, meter }: GrowDeps, full: readonly TileFile[]): Promise<void> {
  for (let at = 0; at < full.length; at += PUTS_AT_ONCE) {
    const puts = full.slice(at, at + PUTS_AT_ONCE).map(async ({ path, bytes }) => {
      if ((await files.putOnce(path, bytes)) === 'other')
        refuseFile(meter, path, 'is there with other bytes');
    });
    await Promise.all(puts);
  }
}

/** Whoever got further is believed: its tiles were found right, too. */
async function keepTiles(
  { checkpoints }: GrowDeps,
  next: StoredTileState,
  before: StoredTileState | undefined,
): Promise<StoredTileState | undefined> {
  let stored = before;
  for (let attempt = 1; (stored?.size ?? 0) < next.size; attempt += 1) {
    if (attempt > MAX_STATES)
      throw new Fault('Unavailable', 'the full tiles moved under every attempt to keep them');
    if (await checkpoints.putTileState(next, stored)) return next;
    stored = await checkpoints.tileState();
  }
  return stored;
}
