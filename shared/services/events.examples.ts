import { EVENT_VERSION } from '../ledger/contract.ts';
import type { serviceEvents } from './events.ts';

const AT = '2026-11-21T10:00:00.000Z';
const CORRELATION = '6f1c2f0e-6f0b-4f57-9f3e-0a5d4c1b2e77';

function ofService(rev: number, data: object) {
  return {
    ...{ version: EVENT_VERSION, eventId: `service/shop/${rev}/0`, correlationId: CORRELATION },
    ...{ subject: { kind: 'service', id: 'shop' }, rev, at: AT, service: 'shop', data },
  };
}

function ofTable(rev: number, place: object, data: object) {
  return {
    ...{ version: EVENT_VERSION, eventId: `autonomy/table/${rev}/0`, correlationId: CORRELATION },
    ...{ subject: { kind: 'autonomy', id: 'table' }, rev, at: AT, ...place, data },
  };
}

const PLACE = { service: 'shop', environment: 'staging' };

/** One event of each type as it is on the bus, for the documentation and its test: no handler imports this. */
export const serviceEventExamples = {
  ServiceRegistered: ofService(1, {
    changed: ['dependencies', 'environments', 'owners', 'repository', 'selectors', 'slos', 'tier'],
  }),
  ServiceChanged: ofService(2, { changed: ['owners'] }),
  AutonomyChanged: ofTable(1, PLACE, { ...PLACE, action: 'rollback', level: 'auto', from: 'observe' }),
  AutonomyRaiseAsked: ofTable(2, PLACE, {
    ...PLACE,
    action: 'deploy',
    level: 'governed',
    approval: 'apr_01KAJWQP00B7M4Q0T2V8XG5N3C',
  }),
  AutonomyRaiseDropped: ofTable(3, {}, { approval: 'apr_01KAJWQP00B7M4Q0T2V8XG5N3C' }),
  KillSwitchOn: ofTable(2, {}, {}),
  KillSwitchOff: ofTable(3, {}, {}),
} satisfies Readonly<Record<keyof typeof serviceEvents, object>>;
