import type { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Resource } from '../../../local/cloud/types.ts';
import { BUS, bus, entry, rule, world } from './bus-world.ts';

const BAD_ENTRIES: readonly (readonly [string, Readonly<Record<string, unknown>>, string])[] = [
  ['no source', { Source: '' }, 'InvalidArgument'],
  ['no type', { DetailType: undefined }, 'InvalidArgument'],
  ['no detail', { Detail: undefined }, 'InvalidArgument'],
  ['a detail that is no JSON', { Detail: '{' }, 'MalformedDetail'],
  ['a detail that is no object', { Detail: '[1]' }, 'MalformedDetail'],
  ['a source of AWS on a custom bus', { Source: 'aws.cloudwatch' }, 'NotAuthorizedForSourceException'],
  ['a bus that is not there', { EventBusName: 'nope' }, 'ResourceNotFoundException'],
];

const BAD_RULES: readonly (readonly [string, Resource, RegExp])[] = [
  [
    'a pattern that AWS refuses',
    rule({}, { EventPattern: { source: [] } }),
    /App\/Rule cannot be run: Empty arrays/,
  ],
  [
    'a schedule that cannot be read',
    rule({}, { ScheduleExpression: 'rate(1 week)' }),
    /App\/Rule cannot be run/,
  ],
  ['a target element that is not known', rule({ EcsParameters: {} }), /EcsParameters is not known/],
  ['another bus as its target', rule({ Arn: 'arn:aws:events:x:y:event-bus/z' }), /a bus as the target/],
  ['an input of its own', rule({ InputPath: '$.detail' }), /InputPath is not known/],
  [
    'an operator that is not run',
    rule({}, { EventPattern: { source: [{ wildcard: 'a*' }] } }),
    /App\/Rule cannot be run: wildcard is not run locally/,
  ],
  ['a bus that the template lacks', rule({}, { EventBusName: 'gone' }), /on the bus gone/],
];

describe('PutEvents', () => {
  test('fills in what the sender left out and gives the event to the targets of the rules it matches', async () => {
    const { events, delivered, until } = world([BUS, rule()], {
      now: () => Date.parse('2026-11-21T09:00:00.700Z'),
      id: () => 'id-1',
    });
    events.start();
    expect(events.putEvents([entry(), entry({ Source: 'other' })])).toEqual({
      FailedEntryCount: 0,
      Entries: [{ EventId: 'id-1' }, { EventId: 'id-1' }],
    });
    await until(1);
    await events.close();
    expect(delivered).toEqual([
      {
        target: {
          arn: 'arn:aws:lambda:x:y:function:f',
          ruleArn: 'arn:aws:events:us-east-1:000000000000:rule/holdfast/App-Rule',
        },
        payload: {
          version: '0',
          id: 'id-1',
          source: 'a.b',
          'detail-type': 'Done',
          account: '000000000000',
          region: 'us-east-1',
          time: '2026-11-21T09:00:00Z',
          resources: [],
          detail: { n: 1 },
        },
      },
    ]);
  });

  test.each(BAD_ENTRIES)('refuses an entry with %s and takes the others', (_, fault, code) => {
    const { events } = world([BUS, rule()]);
    const { FailedEntryCount, Entries } = events.putEvents([entry(fault), entry()]);
    expect(FailedEntryCount).toBe(1);
    expect(Entries[0]).toMatchObject({ ErrorCode: code });
    expect(Entries[1]).toHaveProperty('EventId');
  });

  test('refuses a call of no entries, of too many, and of too many bytes whole', () => {
    const { events, pending } = world([BUS, rule()]);
    const large = entry({ Detail: JSON.stringify({ text: 'é'.repeat(130 * 1024) }) });
    for (const entries of [[], Array.from({ length: 11 }, () => entry()), [large], undefined]) {
      expect(() => events.putEvents(entries)).toThrow(
        expect.objectContaining({ code: 'ValidationException' }),
      );
    }
    expect(pending()).toBe(0);
  });

  test('takes a source of AWS on the local default bus, with the time and resources it gives', async () => {
    const alarm = bus('AWS::Events::Rule', 'Alarm', {
      EventPattern: { source: ['aws.cloudwatch'], detail: { state: { value: ['ALARM'] } } },
      Targets: [{ Id: 'T0', Arn: 'arn:f' }],
    });
    const { events, delivered, until } = world([alarm]);
    events.start();
    const given = {
      Source: 'aws.cloudwatch',
      EventBusName: undefined,
      Time: 1_790_000_000,
      Resources: ['arn:r'],
    };
    await events.service(
      'PutEvents',
      { Entries: [entry({ ...given, Detail: '{"state":{"value":"ALARM"}}' })] },
      { kind: 'owner' },
    );
    await until(1);
    await events.close();
    expect(delivered[0]?.payload).toMatchObject({ time: '2026-09-21T14:13:20Z', resources: ['arn:r'] });
  });

  test('is the only action that is run', async () => {
    const { events } = world([]);
    await expect(events.service('ListRules', {}, { kind: 'owner' })).rejects.toThrow(/ListRules is not run/);
  });
});

describe('a rule', () => {
  test.each(BAD_RULES)('with %s is refused at start', (_, refused, message) => {
    expect(() => world([BUS, refused])).toThrow(message);
  });

  test('that is disabled delivers nothing', () => {
    const { events, pending } = world([BUS, rule({}, { State: 'DISABLED' })]);
    events.putEvents([entry()]);
    expect(pending()).toBe(0);
  });

  test('with a schedule sends the event that AWS sends, again and again', async () => {
    const timed = bus('AWS::Events::Rule', 'Sweep', {
      ScheduleExpression: 'rate(1 minute)',
      Targets: [{ Id: 'T0', Arn: 'arn:f' }],
    });
    const { events, delivered, until } = world([timed]);
    events.start();
    await until(2);
    await events.close();
    expect(delivered[0]?.payload).toMatchObject({
      source: 'aws.events',
      'detail-type': 'Scheduled Event',
      detail: {},
      resources: ['arn:aws:events:us-east-1:000000000000:rule/App-Sweep'],
    });
  });

  test('and its archive keeps the events that the archive asks for', () => {
    const archive = bus('AWS::Events::Archive', 'Archive', {
      SourceArn: 'arn:aws:events:us-east-1:000000000000:event-bus/holdfast',
      EventPattern: { 'detail-type': ['Done'] },
    });
    const { events, database } = world([BUS, archive]);
    events.putEvents([entry(), entry({ DetailType: 'Begun' })]);
    const rows = database.prepare('SELECT archive, event FROM event_archive').all();
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ archive: 'App-Archive', event: expect.stringContaining('"Done"') });
  });

  test('and its archive forgets at the next start what is older than its retention', async () => {
    const archive = bus('AWS::Events::Archive', 'Archive', {
      SourceArn: 'arn:aws:events:us-east-1:000000000000:event-bus/holdfast',
      RetentionDays: 30,
    });
    const now = Date.now();
    const kept = async (now: () => number, database?: DatabaseSync) => {
      const world_ = world([BUS, archive], { now, ...(database && { database }) });
      world_.events.start();
      world_.events.putEvents([entry()]);
      await world_.events.close();
      return world_.database;
    };
    const database = await kept(() => now);
    await kept(() => now + 31 * 86_400_000, database);
    expect(database.prepare('SELECT at FROM event_archive').all()).toHaveLength(1);
  });
});
