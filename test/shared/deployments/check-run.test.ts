import { expect, test } from 'vitest';
import { refusalOfRun } from '../../../shared/deployments/check-run.ts';

const SHA = 'a'.repeat(40);
const RUN = { repository: 'acme/shop', sha: SHA };
const asked = { service: 'shop', repository: 'acme/shop', revision: SHA };
const refusal = (run: typeof RUN | undefined, change: Partial<typeof asked> = {}) =>
  refusalOfRun(run, { ...asked, ...change })?.fault;

test('a run deploys the commit it runs at, of a service that is built from its repository', () => {
  expect(refusal(RUN)).toBeUndefined();
  expect(refusal({ ...RUN, repository: 'Acme/Shop' })).toBeUndefined();
});

test.each(['acme/other', 'evil/shop', 'acme/shop2', ''])(
  'a run cannot deploy a service that is built from %j',
  (repository) => {
    expect(refusal(RUN, { repository })).toMatchObject({ name: 'Forbidden' });
  },
);

test('a run cannot deploy another revision than its own, as a fork could hand in', () => {
  expect(refusal(RUN, { revision: 'b'.repeat(40) })).toMatchObject({ name: 'Forbidden' });
  expect(refusal({ ...RUN, sha: '' }, { revision: 'b'.repeat(40) })).toMatchObject({ name: 'Forbidden' });
});

test('a person may deploy what their role allows', () => {
  expect(refusal(undefined, { repository: 'acme/other' })).toBeUndefined();
});
