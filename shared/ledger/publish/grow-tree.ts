import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { leafHash, linkHash, ZERO_HASH } from '../entry.ts';
import { type Frontier, rootOf } from '../frontier.ts';
import { perfectRoot, type TileFile, type TileState, tileBuilder } from '../tiles.ts';
import { TILE_WIDTH } from '../verifier/tile-files.ts';
import type { StoredTileState } from './ports.ts';

/** The link is made of these; the rest of an entry is under its leaf hash. */
const Linked = z.object({ ledgerId: z.string(), seq: z.int(), prev: z.string() });

/** The tree of a ledger, grown entry by entry from where the full tiles end. */
export type GrowingTree = {
  readonly size: () => number;
  /** The link of the last entry. */
  readonly prev: () => string;
  /** The Merkle root over all entries, hex. */
  readonly root: () => string;
  /** Why these bytes cannot be the next entry; undefined where they can. */
  readonly whyNotNext: (bytes: string) => string | undefined;
  /** Takes the next entry; answers why it cannot be the next one, if so, and then has not taken it. */
  readonly add: (bytes: string) => string | undefined;
  /** The files that became full since they were last taken. */
  readonly takeFiles: () => readonly TileFile[];
  /** What to build on from next time. */
  readonly fullTiles: () => StoredTileState;
};

/** Before the first entry. */
const NO_TILES: StoredTileState = { size: 0, prev: ZERO_HASH, levels: [] };

/** A tree that stands where the full tiles end; from the first entry where none are stored. */
export function growTree(ledgerId: string, stored: StoredTileState = NO_TILES): GrowingTree {
  const levels = [[], ...stored.levels.map((hashes) => hashes.map((hash) => Buffer.from(hash, 'hex')))];
  const builder = tileBuilder({ size: stored.size, entries: [], levels });
  let { size, prev } = stored;
  let full = stored;
  let files: TileFile[] = [];
  const add = (bytes: string): string | undefined => {
    const entry = linkedOf(bytes);
    const wrong = whyNotNext(entry, { ledgerId, size, prev });
    if (wrong !== undefined || entry === undefined) return wrong;
    files.push(...builder.add(Buffer.from(bytes)));
    prev = linkHash(entry, leafHash(bytes));
    size += 1;
    if (size % TILE_WIDTH === 0) full = { size, prev, levels: hexLevels(builder.state()) };
    return undefined;
  };
  const takeFiles = (): readonly TileFile[] => {
    const taken = files;
    files = [];
    return taken;
  };
  return {
    ...{ add, takeFiles, fullTiles: () => full },
    whyNotNext: (bytes) => whyNotNext(linkedOf(bytes), { ledgerId, size, prev }),
    ...{ size: () => size, prev: () => prev, root: () => rootOf(frontierOf(builder.state())) },
  };
}

function linkedOf(bytes: string): z.infer<typeof Linked> | undefined {
  try {
    return Linked.safeParse(JSON.parse(bytes)).data;
  } catch {
    return undefined;
  }
}

function whyNotNext(
  entry: z.infer<typeof Linked> | undefined,
  { ledgerId, size, prev }: { readonly ledgerId: string; readonly size: number; readonly prev: string },
): string | undefined {
  if (entry === undefined) return `entry ${size} is unreadable`;
  if (entry.ledgerId !== ledgerId) return `entry ${size} belongs to "${entry.ledgerId}"`;
  if (entry.seq !== size) return `entry ${size} says that it is number ${entry.seq}`;
  if (entry.prev !== prev) return `entry ${size} has another predecessor than the entry before it`;
  return undefined;
}

function hexLevels({ levels }: TileState): readonly (readonly string[])[] {
  return levels.slice(1).map((hashes) => hashes.map((hash) => Buffer.from(hash).toString('hex')));
}

/** The roots of the full subtrees that the tiles consist of, largest first: each level's hashes by the ones in their number. */
function frontierOf({ levels }: TileState): Frontier {
  return levels.toReversed().flatMap((hashes) => {
    const roots: string[] = [];
    for (let from = 0, width = TILE_WIDTH / 2; width >= 1; width /= 2) {
      if (hashes.length - from < width) continue;
      roots.push(Buffer.from(perfectRoot(hashes.slice(from, from + width))).toString('hex'));
      from += width;
    }
    return roots;
  });
}
