import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { commitmentOf } from '../shared/kernel/index.ts';
import { explainsHole, Retention } from '../shared/ledger/erase/retention.ts';
import type { ReadEntry } from '../shared/ledger/read-entry.ts';
import { erasedEntryId } from '../shared/ledger/replay.ts';
import { type Api, hasStatus } from './http.ts';

type Entry = ReadEntry['entry'];
type Decision = { readonly kind: string; readonly id: string; readonly rev: number };
/** Entries by `<kind>/<id>/<rev>`. */
export type SealedEntries = ReadonlyMap<string, Entry>;
type Read = { readonly entry: Entry; readonly says: Retention | undefined };

const Statement = z.looseObject({ bytes: z.string(), salt: z.string() });

/** Where an entry of a decision stands. */
export function nameOf({ kind, id, rev }: Decision): string {
  return `${kind}/${id}/${rev}`;
}

/**
 * Says why a payload that is missing may be: a later entry of its erasure, or of an expiry that names it and that it was
 * old enough for. `undefined` is an explanation; else the answer is what is wrong. What expiries say is read at the first
 * hole, and counts only where it is what the ledger committed to.
 */
export function holeChecker(
  call: Api,
  sealed: SealedEntries,
): (hole: Decision) => Promise<string | undefined> {
  let retentions: Promise<readonly Read[]> | undefined;
  return async (hole) => {
    const own = sealed.get(nameOf(hole));
    if (own === undefined) return 'its payload is missing, and it is not sealed in the ledger';
    const erased = sealed.get(`ledger.erased/${erasedEntryId(hole)}/1`);
    if (erased !== undefined && erased.seq > own.seq) return undefined;
    retentions ??= readRetentions(call, sealed);
    const read = await retentions;
    if (read.some(({ entry, says }) => says !== undefined && explainsHole(says, entry, own)))
      return undefined;
    const unread = read.filter(({ says }) => says === undefined).map(({ entry }) => entry.seq);
    const doubt = unread.length === 0 ? '' : ` (what entries ${unread.join(', ')} say cannot be verified)`;
    return `its payload is missing, and no earlier erasure or expiry of it stands in the ledger${doubt}`;
  };
}

async function readRetentions(call: Api, sealed: SealedEntries): Promise<readonly Read[]> {
  const read: Read[] = [];
  for (const entry of sealed.values())
    if (entry.kind === 'ledger.retention') read.push({ entry, says: await statementOf(call, entry) });
  return read;
}

/** What a retention entry says; undefined where nobody has it, or it is not what the entry committed to. */
async function statementOf(call: Api, { kind, id, commitment }: Entry): Promise<Retention | undefined> {
  const answer = await call('GET', `/v1/ledger/statements/${kind}/${id}`).catch((thrown: unknown) => {
    if (hasStatus(thrown, 404)) return undefined;
    throw thrown;
  });
  const found = Statement.safeParse(answer).data;
  if (found === undefined) return undefined;
  if (commitmentOf(Buffer.from(found.salt, 'hex'), found.bytes) !== commitment) return undefined;
  return Retention.safeParse(JSON.parse(found.bytes)).data;
}
