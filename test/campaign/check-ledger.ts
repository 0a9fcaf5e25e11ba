import { stepKey } from '../../shared/adapters/aws/keys.ts';
import { approvalRules } from '../../shared/approvals/index.ts';
import type { Decision } from '../../shared/kernel/index.ts';
import {
  checkCompleteness,
  Entry,
  matchesCommitment,
  replayDecision,
  sealDecisions,
  verifyLedger,
} from '../../shared/ledger/index.ts';
import { rollbackRules } from '../../shared/rollbacks/index.ts';
import { isAllowed } from '../../shared/rollbacks/transitions.ts';
import { serviceRules } from '../../shared/services/index.ts';
import { memoryLedger, sealDeps } from '../support/memory-ledger.ts';
import type { Room } from './room.ts';

/** A decision as the ledger proves it: its place in the chain, and its content under the entry's commitment. */
export type Proven = { readonly seq: number; readonly decision: Decision };

const RULES = [...rollbackRules, ...approvalRules, ...serviceRules];
const BATCH = 7;

/**
 * Seals what a run decided, delivered in batches that overlap, and reads it back from the ledger alone. Whatever is not
 * whole is a violation: the chain, gaps, doubles, contents that do not match, outcomes that cannot be computed again.
 */
export async function provenBy(
  room: Room,
): Promise<{ readonly decisions: readonly Proven[]; readonly violations: readonly string[] }> {
  const { watched } = room;
  const ledger = memoryLedger('campaign');
  const deps = sealDeps(ledger);
  const records = watched.written.map(({ write: { envelope } }) => {
    const keys = stepKey(envelope, envelope.rev);
    return { change: 'INSERT' as const, keys, newImage: { ...envelope, ...keys } };
  });
  for (let from = 0; from < records.length; from += BATCH - 2)
    await sealDecisions(deps, records.slice(from, from + BATCH));
  const entries = ledger.stored.map((bytes) => Entry.parse(JSON.parse(bytes)));
  const heads = [
    ...new Map(watched.written.map(({ write }) => [stepKey(write.subject, 0).pk, write.head])).values(),
  ];
  const chain = verifyLedger(ledger.stored, await ledger.head());
  const whole = checkCompleteness(entries, heads);
  const violations = [
    ...(chain.kind === 'sound' ? [] : [`the chain is ${JSON.stringify(chain)}`]),
    ...(whole.complete ? [] : [`the ledger is not complete: ${JSON.stringify(whole)}`]),
    ...entries
      .filter(({ kind }) => kind.startsWith('ledger.'))
      .map((each) => `sealed as ${each.kind}: ${each.id}`),
  ];
  const decisions: Proven[] = [];
  const payloads = new Map(watched.written.map(({ write }) => [placeOf(write.envelope), write.payload]));
  for (const entry of entries) {
    const payload = payloads.get(placeOf(entry));
    if (payload === undefined || !matchesCommitment(payload, entry.commitment))
      violations.push(`${placeOf(entry)} is not what the ledger committed to`);
    else decisions.push({ seq: entry.seq, decision: JSON.parse(payload.bytes) });
  }
  return {
    decisions,
    violations: [...violations, ...decisions.flatMap(({ decision }) => unsound(decision))],
  };
}

const placeOf = ({
  kind,
  id,
  rev,
}: {
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
}): string => `${kind}/${id}/${rev}`;

function unsound(decision: Decision): readonly string[] {
  const { from, event, to, rule, kind } = decision;
  const replayed = replayDecision(decision, (name, version) =>
    RULES.find((each) => each.name === name && each.version === version),
  );
  const refused = rule.name === 'refuse-event' && from === to;
  const stray = kind === 'rollback' && !refused && !isAllowed(from, event, to);
  return [
    ...(replayed.kind === 'identical' ? [] : [`${placeOf(decision)} replays as ${replayed.kind}`]),
    ...(stray ? [`${placeOf(decision)} is no row of the table: ${from} ${event} ${to}`] : []),
  ];
}
