import * as z from 'zod';

const Seq = z.int().min(0);

/**
 * What a `ledger.retention` entry says: of the entries in `ranges`, each [from, to), the payloads are removed because they
 * were sealed before `policy.before`, which was `policy.days` ago. [from, to) holds all ranges.
 */
export const Retention = z.looseObject({
  from: Seq,
  to: Seq,
  ranges: z.array(z.tuple([Seq, Seq])).min(1),
  policy: z.object({ days: z.int().min(1), before: z.iso.datetime({ precision: 3 }) }),
});
export type Retention = z.infer<typeof Retention>;

const DAY_MS = 86_400_000;

/** Numbers in ascending order as ranges [from, to). */
export function rangesOf(seqs: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const ranges: [number, number][] = [];
  for (const seq of seqs) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === seq) last[1] = seq + 1;
    else ranges.push([seq, seq + 1]);
  }
  return ranges;
}

/**
 * Whether a retention entry explains that the payload of an earlier entry is missing: it names the entry, stands after it,
 * and the entry had the age that the policy asks for. One that was forged to hide a young decision explains nothing.
 */
export function explainsHole(
  retention: Retention,
  own: { readonly seq: number; readonly sealedAt: string },
  hole: { readonly seq: number; readonly sealedAt: string },
): boolean {
  const { ranges, policy } = retention;
  const named = ranges.some(([from, to]) => hole.seq >= from && hole.seq < to);
  const allowed = Date.parse(own.sealedAt) - policy.days * DAY_MS >= Date.parse(policy.before);
  return named && hole.seq < own.seq && allowed && hole.sealedAt < policy.before;
}

/** The cut-off of a policy: what was sealed before it is old enough. */
export function cutOff(days: number, now: number): number {
  return now - days * DAY_MS;
}
