import { type ChainEnd, type CheckedEntries, checkEntries } from './audit-entries.ts';
import { readStored, type StoredFile } from './audit-files.ts';
import { type AuditTree, addFullTile, comparePartial, EMPTY_TREE, rootsWithin } from './audit-tree.ts';
import { equalBytes, HASH_BYTES, isRefused, type Refusal, textOf } from './bytes.ts';
import { levelsOf } from './compact-range.ts';
import type { Sha256 } from './cryptography.ts';
import { type LedgerEntry, readLedgerEntry } from './entry.ts';
import type { Finding, LedgerSource } from './source.ts';
import { readBundle, readTile, TILE_WIDTH, tilePath, widthOf } from './tile-files.ts';

export type WalkDeps = {
  readonly source: LedgerSource;
  readonly sha256: Sha256;
  /** How many entries there must be. */
  readonly size: number;
  /** Sizes at which the root is wanted, ascending; none above `size`. */
  readonly sizes: readonly number[];
  /** The roots that are claimed at these sizes: entries under one that holds are beyond doubt. */
  readonly claimed: ReadonlyMap<number, Uint8Array>;
  readonly ledgerId?: string;
  /** Sees each entry that fits, in order. */
  readonly visit: (entry: LedgerEntry) => void;
  readonly progress: (done: number) => void;
};

export type Walked = {
  readonly end: ChainEnd;
  readonly roots: ReadonlyMap<number, Uint8Array>;
  readonly findings: readonly Finding[];
  /** Whether every entry up to the size was reached and fitted. */
  readonly whole: boolean;
};

type State = {
  readonly end: ChainEnd;
  readonly tree: AuditTree;
  readonly roots: Map<number, Uint8Array>;
  readonly findings: Finding[];
};

/** Goes through a ledger bundle by bundle; keeps one bundle, one tile a level and the wanted roots. Stops at the first bad entry. */
export async function walkLedger(deps: WalkDeps): Promise<Walked> {
  const { ledgerId } = deps;
  const start = { size: 0, link: new Uint8Array(HASH_BYTES), sealedAt: '' };
  const end: ChainEnd = { ...start, ...(ledgerId !== undefined && { ledgerId }) };
  let state: State = { end, tree: EMPTY_TREE, roots: new Map(), findings: [] };
  if (deps.sizes[0] === 0) addAll(state.roots, await rootsWithin(deps.sha256, EMPTY_TREE, [], [0]));
  let whole = true;
  for (let index = 0; whole && index * TILE_WIDTH < deps.size; index += 1) {
    const next = await walkBundle(deps, state, index);
    whole = next !== undefined;
    state = next ?? state;
    deps.progress(state.end.size);
  }
  if (whole) state.findings.push(...(await comparePartial(deps, state.tree)));
  return { ...state, whole };
}

/** `undefined` = the walk ends here; why stands among the findings. */
async function walkBundle(deps: WalkDeps, state: State, index: number): Promise<State | undefined> {
  const { source, sha256, size } = deps;
  const width = widthOf(index, size);
  const [bundle, leafTile] = await Promise.all([
    readStored(source, { level: 'entries', index, width }),
    readStored(source, { level: 0, index, width }),
  ]);
  state.findings.push(...bundle.findings, ...leafTile.findings);
  const bytes = bundle.bytes ?? (await otherBundle(source, index, width));
  const tile = hashesOf(leafTile, width);
  const entries = bytes === undefined ? [] : readBundle(bytes);
  if (isRefused(entries)) return stop(state, altered(entries.refused, state.end.size));
  const checked = await checkEntries(sha256, entries.slice(0, width), tileOf(tile), state.end, deps.visit);
  if (checked.bad !== undefined) return stop(state, await blame(deps, state, checked, checked.bad));
  if (entries.length < width) return stop(state, await short(deps, checked.end.size, index));
  if (entries.length > (bundle.full ? TILE_WIDTH : width))
    return stop(state, altered('inserted: no checkpoint counts it', checked.end.size));
  if (tile === undefined || isRefused(tile))
    state.findings.push(altered(`tile 0/${index} ${tile?.refused ?? 'is missing'}`, index * TILE_WIDTH));
  return grown(deps, state, checked, index);
}

async function grown(
  deps: WalkDeps,
  { tree, roots, findings }: State,
  { leaves, end }: CheckedEntries,
  index: number,
): Promise<State> {
  const levels = await levelsOf(deps.sha256, leaves);
  const from = index * TILE_WIDTH;
  const sizes = deps.sizes.filter((size) => size > from && size <= end.size);
  addAll(roots, await rootsWithin(deps.sha256, tree, levels, sizes));
  if (leaves.length < TILE_WIDTH) return { end, tree, roots, findings };
  const added = await addFullTile(deps, tree, levels);
  findings.push(...added.findings);
  return { end, tree: added.tree, roots, findings };
}

/** Whose fault a torn chain is: the entry that the next one vouches for is not the changed one. */
async function blame(
  { source, claimed, size }: WalkDeps,
  { roots }: State,
  { torn }: CheckedEntries,
  bad: Finding,
): Promise<Finding> {
  if (torn === undefined) return bad;
  const sure = [...roots].some(([at, root]) => at >= torn.seq && isSame(claimed.get(at), root));
  if (torn.seq === 0 || sure) return bad;
  const before = { ...bad, seq: torn.seq - 1, reason: 'altered: the entry after it has another predecessor' };
  if (torn.seq + 1 >= size) return { ...before, suspects: { from: torn.seq - 1, to: torn.seq + 1 } };
  const next = await entryAt(source, torn.seq + 1, size);
  return next !== undefined && equalBytes(next.prev, torn.link) ? before : bad;
}

async function entryAt(source: LedgerSource, seq: number, size: number): Promise<LedgerEntry | undefined> {
  const index = Math.floor(seq / TILE_WIDTH);
  const { bytes } = await readStored(source, { level: 'entries', index, width: widthOf(index, size) });
  const entries = bytes === undefined ? [] : readBundle(bytes);
  const entry = isRefused(entries) ? undefined : entries[seq % TILE_WIDTH];
  const text = entry === undefined ? undefined : textOf(entry);
  const read = text === undefined ? undefined : readLedgerEntry(text);
  return read === undefined || isRefused(read) ? undefined : read;
}

/** A bundle that is too short is the ledger's end, unless another follows it. */
async function short({ source, size }: WalkDeps, seq: number, index: number): Promise<Finding> {
  const last = Math.floor((size - 1) / TILE_WIDTH);
  const follows =
    index < last &&
    (await readStored(source, { level: 'entries', index: last, width: widthOf(last, size) })).bytes;
  if (follows) return altered('missing: entries follow after it', seq);
  return { verdict: 'truncated', reason: `${size} entries are vouched for, ${seq} are there`, seq };
}

/** A bundle of another width than the checkpoint calls for: what is left of it, or what was added. */
async function otherBundle(
  source: LedgerSource,
  index: number,
  width: number,
): Promise<Uint8Array | undefined> {
  for (let other = TILE_WIDTH - 1; other > 0; other -= 1) {
    if (other === width) continue;
    const [version] = await source.read(tilePath({ level: 'entries', index, width: other }));
    if (version !== undefined && 'bytes' in version) return version.bytes;
  }
  return undefined;
}

function hashesOf({ bytes, full }: StoredFile, width: number): readonly Uint8Array[] | Refusal | undefined {
  return bytes === undefined ? undefined : readTile(bytes, full ? TILE_WIDTH : width);
}

function tileOf(tile: readonly Uint8Array[] | Refusal | undefined): readonly Uint8Array[] | undefined {
  return tile === undefined || isRefused(tile) ? undefined : tile;
}

function stop(state: State, finding: Finding): undefined {
  state.findings.push(finding);
}

function altered(reason: string, seq: number): Finding {
  return { verdict: 'altered', reason, seq };
}

function addAll(roots: Map<number, Uint8Array>, more: ReadonlyMap<number, Uint8Array>): void {
  for (const [size, root] of more) roots.set(size, root);
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && equalBytes(a, b);
}
