import { expect } from 'vitest';
import { approvalRules } from '../../shared/approvals/index.ts';
import { deploymentRules } from '../../shared/deployments/index.ts';
import { matchesCommitment, replayDecision } from '../../shared/ledger/index.ts';
import { policyRules } from '../../shared/policies/index.ts';
import { rollbackRules } from '../../shared/rollbacks/index.ts';
import { isAllowed } from '../../shared/rollbacks/transitions.ts';
import { rolloutRules } from '../../shared/rollouts/index.ts';
import { serviceRules } from '../../shared/services/index.ts';
import { expectKnownEvents } from './event-tables.ts';
import type { MemoryStore } from './memory-store.ts';

/** Every decision ever made: revs without a gap, pairs of the table, events as they are documented, and the same outcome when recomputed. */
export async function expectReplay(store: MemoryStore): Promise<void> {
  const rules = [
    ...[...rollbackRules, ...approvalRules, ...serviceRules],
    ...[...policyRules, ...deploymentRules, ...rolloutRules],
  ];
  const lookup = (name: string, version: number) =>
    rules.find((each) => each.name === name && each.version === version);
  const subjects = new Map(store.written.map(({ kind, id }) => [`${kind}/${id}`, { kind, id }]));
  expect(subjects.size).toBeGreaterThan(0);
  for (const subject of subjects.values()) {
    const steps = await store.decisions(subject);
    expect(steps.map(({ envelope }) => envelope.rev)).toEqual(steps.map((_, index) => index + 1));
    for (const { envelope, payload, decision } of steps) {
      if (payload === undefined || decision === undefined) throw new Error('a decision has no payload');
      expect(replayDecision(decision, lookup)).toEqual({ kind: 'identical' });
      expect(matchesCommitment(payload, envelope.commitment)).toBe(true);
      expectKnownEvents(envelope);
      const { from, event, to } = envelope;
      const refused = decision.rule.name === 'refuse-event' && from === to && !isAllowed(from, event, to);
      if (envelope.kind === 'rollback' && !refused)
        expect([from, event, to, isAllowed(from, event, to)]).toEqual([from, event, to, true]);
    }
  }
}
