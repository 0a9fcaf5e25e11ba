import { commitmentOf, type Envelope } from '../../shared/kernel/index.ts';
import type { DecisionRecord } from '../../shared/ledger/index.ts';

/** A sound INSERT of the decisions stream; `text` stands for the decision that the envelope commits to. */
export function decisionRecord(
  id: string,
  rev: number,
  text = `${id}/${rev}`,
): DecisionRecord & { newImage: Envelope & { pk: string; sk: string } } {
  const keys = { pk: `ROLLBACK#${id}`, sk: `REV#${String(rev).padStart(6, '0')}` };
  const newImage: Envelope & { pk: string; sk: string } = {
    ...{
      v: 1,
      kind: 'rollback',
      id,
      rev,
      at: '2026-11-21T10:00:00.000Z',
      service: 'web',
      environment: 'staging',
    },
    ...{ correlationId: 'cor-1', from: 'Detected', event: 'DegradationConfirmed', to: 'Confirmed' },
    events: [{ type: 'DegradationConfirmed', data: { readings: 3 } }],
    commitment: commitmentOf(new Uint8Array(32), text),
    ...keys,
  };
  return { change: 'INSERT', keys, newImage };
}
