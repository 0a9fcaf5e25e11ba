import { EVENT_VERSION } from '../ledger/contract.ts';
import type { approvalEvents } from './events.ts';

const ID = 'apr_01KAJWQP00B7M4Q0T2V8XG5N3C';
const ROLLBACK = 'rbk_01KAJWEZ80Y5R1W3K9D6FH2JMA';
const FOR = { kind: 'rollback', id: ROLLBACK };
const CLOSED_AT = '2026-11-21T10:20:00.000Z';

function example(rev: number, at: string, data: object) {
  return {
    ...{ version: EVENT_VERSION, eventId: `approval/${ID}/${rev}/0`, correlationId: ROLLBACK },
    ...{ subject: { kind: 'approval', id: ID }, rev, at, service: 'shop', environment: 'production' },
    data,
  };
}

const answered = () => example(2, '2026-11-21T10:19:30.000Z', { for: FOR });
const closed = (rev: number) => example(rev, CLOSED_AT, { for: FOR, at: CLOSED_AT });

/** One event of each type as it is on the bus, for the documentation and its test: no handler imports this. */
export const approvalEventExamples = {
  ApprovalAsked: example(1, '2026-11-21T10:05:00.000Z', {
    for: FOR,
    planHash: '3a7bd3e2360a3d29eea436fcfb7e44c735d117c42d1c1835420b6b9942dd4f1b',
    deadlineAt: '2026-11-21T14:05:00.000Z',
  }),
  ApprovalGiven: answered(),
  ApprovalRejected: answered(),
  ApprovalRefused: answered(),
  ApprovalExpired: closed(2),
  ApprovalWithdrawn: closed(2),
  ApprovalUsed: closed(3),
  ApprovalSpent: closed(3),
  PeopleSet: {
    ...{ version: EVENT_VERSION, eventId: 'people/all/1/0' },
    correlationId: '6f1c2f0e-6f0b-4f57-9f3e-0a5d4c1b2e77',
    ...{ subject: { kind: 'people', id: 'all' }, rev: 1, at: '2026-11-21T09:00:00.000Z' },
    data: { people: 3, identities: 5 },
  },
} satisfies Readonly<Record<keyof typeof approvalEvents, object>>;
