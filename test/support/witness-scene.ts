import { checkpointCosigner } from '../../shared/ledger/publish/index.ts';
import type { WitnessReply } from '../../shared/ledger/witness/index.ts';
import { addCheckpoint } from '../../shared/ledger/witness/index.ts';
import type { Meter } from '../../shared/ports/meter.ts';
import { history, requestBody, signedNote, signing, witnessDeps } from './witness.ts';

/** A witness cosigns; another is ahead of the ledger; a third refuses. */
export async function witnessScene(meter: Meter): Promise<void> {
  const log = history('leaf', 7);
  const note = signedNote(7, log.root(7));
  const cosign = async (): Promise<WitnessReply> => {
    const answer = await addCheckpoint(witnessDeps(), requestBody(0, [], note));
    return answer.status === 200
      ? { kind: 'cosigned', lines: [answer.line.trimEnd()] }
      : { kind: 'refused', status: answer.status, reason: 'no line' };
  };
  const replies: readonly (() => Promise<WitnessReply>)[] = [
    cosign,
    async () => ({ kind: 'conflict', size: 9n }),
    async () => ({ kind: 'refused', status: 404, reason: 'who are you?' }),
  ];
  const witnesses = replies.map((reply) => ({ key: signing.witness.verifier, witness: { cosign: reply } }));
  await checkpointCosigner({
    ...{ witnesses, meter, prove: async () => [], headSize: async () => 7, tell: () => undefined },
    clock: witnessDeps().clock,
  })({ size: 7, root: '', note, before: undefined });
}
