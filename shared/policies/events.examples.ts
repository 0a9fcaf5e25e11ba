import { EVENT_VERSION } from '../ledger/contract.ts';
import type { policyEvents } from './events.ts';

const APPROVAL = 'apr_01KAJWQP00B7M4Q0T2V8XG5N3C';
const GLASS = { service: 'checkout', environment: 'production', approval: APPROVAL };
const NONE = { added: [], removed: [], changed: [] };

function example(rev: number, at: string, data: object) {
  return {
    ...{ version: EVENT_VERSION, eventId: `policy/set/${rev}/0` },
    ...{ correlationId: '6f1c2f0e-6f0b-4f57-9f3e-0a5d4c1b2e77', subject: { kind: 'policy', id: 'set' } },
    ...{ rev, at, data },
  };
}

/** One event of each type as it is on the bus, for the documentation and its test: no handler imports this. */
export const policyEventExamples = {
  PoliciesChanged: example(1, '2026-11-21T09:00:00.000Z', {
    policies: { added: ['no-infrastructure'], removed: [], changed: ['large-change-caution'] },
    calendars: { added: ['christmas'], removed: ['friday-afternoon'], changed: [] },
    exceptions: NONE,
  }),
  BreakGlassAsked: example(2, '2026-11-21T10:00:00.000Z', { ...GLASS, minutes: 60 }),
  BreakGlassOpened: example(3, '2026-11-21T10:05:00.000Z', {
    ...GLASS,
    expiresAt: '2026-11-21T11:05:00.000Z',
  }),
  BreakGlassRefused: example(3, '2026-11-21T10:30:00.000Z', GLASS),
} satisfies Readonly<Record<keyof typeof policyEvents, object>>;
