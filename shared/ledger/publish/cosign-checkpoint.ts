import type { Clock } from '../../kernel/index.ts';
import type { Meter } from '../../ports/meter.ts';
import { WITNESS_METRICS } from '../contract.ts';
import { nodeCryptography } from '../node-crypto.ts';
import { isRefused, openNote, signatureLine, splitNote, type VerifierKey } from '../verifier/index.ts';
import type { Witness, WitnessReply } from '../witness/ports.ts';
import type { Uncosigned } from './publish-checkpoint.ts';

/** A witness as this ledger is set up with it: its key came by another way than its answers do. */
export type KnownWitness = { readonly key: VerifierKey; readonly witness: Witness };

/** Why a checkpoint has no line of a witness. */
export type WitnessFailure = {
  readonly witness: string;
  readonly contradicts: boolean;
  readonly reason: string;
};

export type CosignDeps = {
  readonly witnesses: readonly KnownWitness[];
  /** The consistency proof from one size to another: `proveGrowth`. */
  readonly prove: (from: number, to: number) => Promise<readonly Uint8Array[]>;
  /** How many entries the ledger has by now: another publisher may have shown a witness more than this one. */
  readonly headSize: () => Promise<number>;
  readonly clock: Clock;
  readonly meter: Meter;
  /** Each failure, for the log. */
  readonly tell: (failure: WitnessFailure) => void;
};

const CRYPTO = nodeCryptography();
// A clock that is further off says nothing about when.
const MAX_SKEW_SECONDS = 300;

type Denied = Omit<WitnessFailure, 'witness'>;
type Line = { readonly line: string };

/**
 * Asks every witness for its line, all at once, and answers the lines that hold: one of each witness that gave one. Never
 * throws: a checkpoint without a witness's line is one, and that the line is missing is counted and told.
 */
export function checkpointCosigner(deps: CosignDeps): (checkpoint: Uncosigned) => Promise<readonly string[]> {
  return async (checkpoint) => {
    const lines = deps.witnesses.map(async (known) => {
      const answer = await lineOf(deps, known, checkpoint).catch((thrown: unknown) =>
        denied(thrown instanceof Error ? thrown.message : String(thrown)),
      );
      if ('line' in answer) {
        deps.meter.count(WITNESS_METRICS.cosigned);
        return [answer.line];
      }
      deps.meter.count(answer.contradicts ? WITNESS_METRICS.contradicted : WITNESS_METRICS.failed);
      deps.tell({ witness: known.key.name, ...answer });
      return [];
    });
    return (await Promise.all(lines)).flat();
  };
}

function denied(reason: string, contradicts = false): Denied {
  return { reason, contradicts };
}

async function lineOf(deps: CosignDeps, known: KnownWitness, checkpoint: Uncosigned): Promise<Line | Denied> {
  const { note, size } = checkpoint;
  const ask = async (from: number) => known.witness.cosign(from, await deps.prove(from, size), note);
  const first = await ask(await seenBy(known, checkpoint));
  if (first.kind !== 'conflict') return soundLine(deps, known, checkpoint, first);
  if (first.size > BigInt(size)) return whyAhead(deps, first.size, size);
  return soundLine(deps, known, checkpoint, await ask(Number(first.size)));
}

/** The size that a witness cosigned last, as far as the stored checkpoint says: 0 where it has no line of it. */
async function seenBy({ key }: KnownWitness, { before, size }: Uncosigned): Promise<number> {
  if (before === undefined || before.size > size) return 0;
  return isRefused(await openNote(before.note, [key], CRYPTO)) ? 0 : before.size;
}

/** A witness ahead of the ledger is what a ledger that was rolled back looks like, unless another publisher was faster. */
async function whyAhead({ headSize }: CosignDeps, seen: bigint, size: number): Promise<Denied> {
  if (seen <= BigInt(await headSize()))
    return denied(`it has cosigned ${seen} entries meanwhile, not ${size}`);
  return denied(`it has cosigned ${seen} entries, and this ledger has ${size}: was it rolled back?`, true);
}

async function soundLine(
  { clock }: CosignDeps,
  { key }: KnownWitness,
  { note }: Uncosigned,
  reply: WitnessReply,
): Promise<Line | Denied> {
  if (reply.kind === 'conflict') return denied(`it has cosigned ${reply.size} entries while it was asked`);
  // 422: what it is shown did not grow out of what it has seen
  if (reply.kind === 'refused')
    return denied(`it answered ${reply.status}: ${reply.reason}`, reply.status === 422);
  const own = splitNote(note);
  const answered = splitNote(`${note}${reply.lines.map((line) => `${line}\n`).join('')}`);
  if (isRefused(own) || isRefused(answered)) return denied('its answer is no signature lines');
  const [found] = answered.lines
    .slice(own.lines.length)
    .filter(({ name, id }) => name === key.name && id === key.id);
  if (found === undefined) return denied('no line of its answer is by its key');
  const line = signatureLine(key, found.signature);
  const opened = await openNote(`${own.text}\n${line}`, [key], CRYPTO);
  const time = isRefused(opened) ? undefined : opened.signedBy[0]?.time;
  if (time === undefined) return denied('its signature does not hold');
  if (Math.abs(Number(time) - clock() / 1000) > MAX_SKEW_SECONDS)
    return denied(`its clock says ${time}, which is more than ${MAX_SKEW_SECONDS} s off`);
  return { line };
}
