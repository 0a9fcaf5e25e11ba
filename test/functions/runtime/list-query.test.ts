import { describe, expect, test } from 'vitest';
import { listEntriesRoute } from '../../../functions/runtime/ledger-routes.ts';
import { listQuery } from '../../../functions/runtime/list-query.ts';
import { listRollbacksRoute } from '../../../functions/runtime/rollback-routes.ts';
import { listServicesRoute } from '../../../functions/runtime/service-routes.ts';
import { listSignalsRoute } from '../../../functions/runtime/signal-routes.ts';
import { parse } from '../../../shared/kernel/parse.ts';

/** The path of the first field that is refused. */
function refused(schema: Parameters<typeof parse>[0], query: unknown): string | undefined {
  try {
    parse(schema, query, 'the query');
    return undefined;
  } catch (thrown) {
    return (thrown as { issues: readonly { path: string }[] }).issues[0]?.path;
  }
}

describe.each([listRollbacksRoute, listServicesRoute, listSignalsRoute])('$path', ({ query }) => {
  test.each([
    [{ state: 'Asleep' }, 'state'],
    [{ state: '' }, 'state'],
    [{ since: 'yesterday' }, 'since'],
    [{ since: '2026-11-21' }, 'since'],
    [{ limit: '0' }, 'limit'],
    [{ limit: 'many' }, 'limit'],
    [{ limit: '0x10' }, 'limit'],
    [{ limit: '1e1' }, 'limit'],
    [{ limit: ' 7' }, 'limit'],
    [{ limit: '007' }, 'limit'],
    [{ limit: '' }, 'limit'],
    [{ limit: '101' }, 'limit'],
    [{ cursor: '' }, 'cursor'],
    [{ colour: 'red' }, 'colour'],
  ])('%j is refused by name: %s', (sent, field) => {
    expect(refused(query, sent)).toBe(field);
  });
});

test('a state is known in any case, and handed on as the contract writes it', () => {
  const query = listQuery(['Open', 'Approved']);
  expect(parse(query, { state: 'open' }, 'the query')).toEqual({ limit: 50, state: 'Open' });
  expect(parse(query, { state: 'APPROVED' }, 'the query').state).toBe('Approved');
  expect(parse(listRollbacksRoute.query, { state: 'awaitingmerge' }, 'the query').state).toBe(
    'AwaitingMerge',
  );
});

test('a moment with an offset is compared as the moment that it is', () => {
  const { since } = parse(listRollbacksRoute.query, { since: '2026-11-21T12:00:00+02:00' }, 'the query');
  expect(since).toBe('2026-11-21T10:00:00.000Z');
});

describe('entries of the ledger', () => {
  test.each([
    [{ from: '5', to: '4' }, 'from'],
    [{ from: '-1' }, 'from'],
    [{ to: 'x' }, 'to'],
    [{ to: '9007199254740992' }, 'to'],
    [{ to: '+5' }, 'to'],
    [{ to: '5.0' }, 'to'],
    [{ since: '2026-11-21T12:00:00Z' }, 'since'],
  ])('%j are refused by name: %s', (sent, field) => {
    expect(refused(listEntriesRoute.query, sent)).toBe(field);
  });

  test('are counted from 0, as numbers', () => {
    expect(parse(listEntriesRoute.query, { to: '300' }, 'the query')).toEqual({ from: 0, to: 300 });
  });

  test('from a place to the same place are none, and no mistake', () => {
    expect(refused(listEntriesRoute.query, { from: '5', to: '5' })).toBeUndefined();
  });
});
