import { expect, test } from 'vitest';
import { SUBJECT_KINDS } from '../../../shared/kernel/index.ts';
import {
  CAPABILITY_OF_KIND,
  eventsOf,
  type OutgoingEvent,
  publishEvents,
} from '../../../shared/ledger/index.ts';
import { decisionRecord } from '../../support/decision-records.ts';

const two = decisionRecord('a', 4);
two.newImage.events = [
  { type: 'FirstHappened', data: { n: 1 } },
  { type: 'SecondHappened', data: {} },
];

test('each event of a decision goes out with its own id and its subject', () => {
  const events = eventsOf(two);
  expect(events).toHaveLength(2);
  expect(events[0]).toEqual({
    source: 'holdfast.rollbacks',
    type: 'FirstHappened',
    at: '2026-11-21T10:00:00.000Z',
    detail: {
      version: 1,
      eventId: 'rollback/a/4/0',
      correlationId: 'cor-1',
      subject: { kind: 'rollback', id: 'a' },
      rev: 4,
      at: '2026-11-21T10:00:00.000Z',
      service: 'web',
      environment: 'staging',
      data: { n: 1 },
    },
  });
  expect(events[1]?.detail).toMatchObject({ eventId: 'rollback/a/4/1' });
});

test('every kind of subject has a capability', () => {
  expect(Object.keys(CAPABILITY_OF_KIND).toSorted()).toEqual([...SUBJECT_KINDS].toSorted());
});

test('changed, removed and malformed records have no events and hold up nothing', async () => {
  const sent: OutgoingEvent[][] = [];
  const publish = async (events: readonly OutgoingEvent[]) => {
    sent.push([...events]);
    return [];
  };
  const malformed = { change: 'INSERT' as const, keys: {}, newImage: { v: 'x' } };
  const { keys, newImage } = decisionRecord('b', 1);
  const none = [
    malformed,
    { change: 'MODIFY' as const, keys, newImage },
    { change: 'REMOVE' as const, keys },
  ];
  expect(await publishEvents({ publish }, none)).toEqual({ published: 0 });
  expect(sent).toEqual([]);
  expect(await publishEvents({ publish }, [...none, two])).toEqual({ published: 2 });
  expect(sent[0]?.map(({ type }) => type)).toEqual(['FirstHappened', 'SecondHappened']);
});

test('the first record with an event that did not get on the bus is named', async () => {
  const records = [decisionRecord('a', 1), two, decisionRecord('a', 5)];
  const publish = async () => [3, 2];
  expect(await publishEvents({ publish }, records)).toEqual({ published: 2, failed: two });
});
