import { expect, test } from 'vitest';
import { actorOf, callerOf } from '../../../functions/runtime/caller.ts';
import { httpEvent } from './events.ts';

const RUN = {
  subject: 'repo:acme/shop:ref:refs/heads/main',
  role: 'operator',
  repository: 'acme/shop',
  sha: 'abc',
};

test('a run of a workflow may use what is for runs, and read what a viewer reads', () => {
  const event = withIdentity(RUN);
  expect(callerOf(event, { role: 'operator', forRuns: true })).toMatchObject({
    run: { repository: 'acme/shop', sha: 'abc' },
  });
  expect(callerOf(event, { role: 'viewer' })).toMatchObject({ role: 'operator' });
});

test('and nothing else that an operator may do', () => {
  expect(() => callerOf(withIdentity(RUN), { role: 'operator' })).toThrow('this is for people');
  expect(() => callerOf(withIdentity({ ...RUN, role: undefined }), { role: 'viewer' })).toThrow('no group');
});

test('what a run does is done by no person', () => {
  const caller = callerOf(withIdentity({ ...RUN, login: 'ada' }), { role: 'operator', forRuns: true });
  expect(caller.run).toMatchObject({ login: 'ada' });
  expect(actorOf(caller)).toEqual({ type: 'system', id: RUN.subject, via: 'api' });
});

function withIdentity(lambda: Readonly<Record<string, unknown>>) {
  const event = httpEvent();
  return { ...event, requestContext: { ...event.requestContext, authorizer: { lambda } } };
}
