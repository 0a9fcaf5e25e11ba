import * as z from 'zod';
import { type Actor, canonicalJson, Fault, isoTime, redactText, sha256Hex } from '../../kernel/index.ts';
import type { Candidate } from '../classify.ts';
import { CHECKPOINT_METRICS } from '../contract.ts';
import { pseudonym } from '../erase/erase-subject.ts';
import { nodeCryptography } from '../node-crypto.ts';
import { keyEntry, type RingDeps, type RingKey, readKeyRing, statementTextOf } from '../publish/key-ring.ts';
import { ledgerKeyLines, logKeys, signedLine } from '../publish/note.ts';
import type { LedgerFiles, Signer } from '../publish/ports.ts';
import { type SealDeps, sealCandidates } from '../seal-candidates.ts';
import { statementId } from '../statement.ts';
import {
  FIRST_GENERATION,
  isRefused,
  KEY_KIND,
  keySource,
  keyStatementPath,
  MAX_GENERATION,
  openNote,
  readKeyFile,
  splitNote,
  utf8,
} from '../verifier/index.ts';

/** Of `POST /v1/ledger/keys`. */
export const RotationRequest = z.strictObject({
  /** Which key it shall come to, so that asking twice is no second rotation: the first key is number 1. */
  generation: z.int().min(FIRST_GENERATION).max(MAX_GENERATION),
  /** Stands in a public file for good. */
  reason: z.string().trim().min(1).max(500),
});
export type RotationRequest = z.infer<typeof RotationRequest>;

export type RotateDeps = SealDeps & Pick<RingDeps, 'signers' | 'origin'> & { readonly files: LedgerFiles };

export type Rotated = {
  readonly generation: number;
  /** The lines of the key file: the log's key, and its clock. */
  readonly keys: readonly string[];
  /** The entry from which on the key is in force. */
  readonly seq: number;
};

const CRYPTO = nodeCryptography();
const Made = z.looseObject({ at: z.iso.datetime({ precision: 3 }) });

/**
 * Puts the next key in force. First the statement is published, signed by the key in force and by the next one, then it is
 * sealed as an entry; from there on checkpoints are signed by the next key. What is published decides: cut off anywhere, it
 * is finished by asking again, and nothing that happens between the two steps is wrong. Throws Fault: Conflict where no
 * spare key is ready, another number is due, or another statement is published; Unavailable, PermissionDenied.
 */
export async function rotateKey(
  deps: RotateDeps,
  { generation, reason }: RotationRequest,
  actor: Actor,
): Promise<Rotated> {
  const ringDeps = { ledger: deps.table, signers: deps.signers, origin: deps.origin };
  const ring = await readKeyRing(ringDeps);
  const before = ring.at(-1);
  const next = deps.signers[generation - 1];
  if (before === undefined || generation > ring.length + 1)
    throw misnumbered(ring.length, 'generation', generation);
  if (next === undefined)
    throw new Fault(
      'Conflict',
      `no spare key is ready to be number ${generation}: deploy with -c ledgerKeys=${generation}`,
    );
  if (generation > ring.length) {
    const by = pseudonym((await deps.table.head()).ledgerId, actor);
    const said = { reason: redactText(reason), by };
    const file = await published(deps, { generation, before, next, said });
    const { failed } = await sealCandidates(deps, [{ record: generation, candidate: file }]);
    if (failed !== undefined) throw failed.cause;
  }
  const entry = await keyEntry(ringDeps, generation, next);
  if (entry === undefined) throw new Fault('Unavailable', 'the entry of the key cannot be read yet');
  return { generation, keys: await ledgerKeyLines(deps.origin, await next.publicKey()), seq: entry.seq };
}

function misnumbered(inForce: number, field: string, asked: number): Fault {
  const due = `key ${inForce} is in force: the next is ${inForce + 1}, not ${asked}`;
  return new Fault('Conflict', due, { issues: [{ path: field, message: `must be ${inForce + 1}` }] });
}

type Naming = {
  readonly generation: number;
  readonly before: RingKey;
  readonly next: Signer;
  readonly said: Readonly<Record<string, string>>;
};

/** The entry as the published statement has it; it is published here where it is not yet. */
async function published(deps: RotateDeps, naming: Naming): Promise<Candidate> {
  const { files } = deps;
  const path = keyStatementPath(naming.generation);
  const text = await statementTextOf(deps, naming.generation, naming.next);
  let file = await files.read(path);
  if (file === undefined) {
    const made = utf8(await fileOf(deps, naming, text));
    // another rotation may have been faster: then its statement counts
    file = (await files.putOnce(path, made)) === 'other' ? await files.read(path) : made;
  }
  if (file === undefined) throw new Fault('Unavailable', `${path} cannot be read yet`);
  return await candidateOf(deps, naming, { path, text, file });
}

async function fileOf(
  { origin, clock, random }: RotateDeps,
  { generation, before, next, said }: Naming,
  text: string,
): Promise<string> {
  const lines = [await signedLine(before.signer, origin, text), await signedLine(next, origin, text)];
  const note = `${text}\n${lines.join('')}`;
  const source = { key: keySource(generation), image: sha256Hex(text) };
  const entry = { v: 1, kind: KEY_KIND, id: statementId(source), rev: 1, at: isoTime(clock()) };
  // not redacted whole, as other content of the ledger's own is: signatures look like secrets
  const payload = canonicalJson({ ...said, ...entry, ...source, note });
  return canonicalJson({ payload, salt: Buffer.from(random(32)).toString('hex') });
}

/** What is published is believed only where it is what would be published now: both keys' signatures over this text. */
async function candidateOf(
  { origin, meter }: RotateDeps,
  { generation, before, next }: Naming,
  { path, text, file }: { readonly path: string; readonly text: string; readonly file: Uint8Array },
): Promise<Candidate> {
  const read = await readKeyFile(file, generation, CRYPTO);
  const refused = isRefused(read) ? read.refused : await whyOther(read.note);
  if (isRefused(read) || refused !== undefined) {
    meter.count(CHECKPOINT_METRICS.conflict);
    throw new Fault('Conflict', `no key is put in force: ${path} is there, and ${refused}`);
  }
  const { payload: bytes, salt } = JSON.parse(Buffer.from(file).toString()) as {
    payload: string;
    salt: string;
  };
  const { id, commitment } = read;
  const { at } = Made.parse(JSON.parse(bytes));
  return {
    unsealed: { kind: KEY_KIND, id, rev: 1, occurredAt: at, via: 'reconcile', commitment },
    payload: { kind: KEY_KIND, id, bytes, salt },
  };

  async function whyOther(note: string): Promise<string | undefined> {
    const { log } = await logKeys(origin, await next.publicKey());
    const opened = await openNote(note, [before.keys.log, log], CRYPTO);
    if (isRefused(opened)) return opened.refused;
    const split = splitNote(note);
    if (isRefused(split) || split.text !== text) return 'it names another key';
    return opened.signedBy.length === 2 ? undefined : 'one of the two keys has not signed it';
  }
}
