import { expect, test } from 'vitest';
import { contractOf, githubDescription } from '../../../local/sandbox/forge/contract/check.ts';
import { OPERATIONS } from '../../../local/sandbox/forge/contract/operations.ts';
import {
  NOT_REQUIRED,
  STATUSES_OF_EVERY_OPERATION,
} from '../../../local/sandbox/forge/contract/relaxations.ts';

const contract = contractOf(githubDescription());
const REF = {
  ref: 'refs/heads/main',
  node_id: 'x',
  url: 'http://forge/ref',
  object: { type: 'commit', sha: 'a'.repeat(40), url: 'http://forge/commit' },
};
const path = { owner: 'acme', repo: 'gitops' };
const query = new URLSearchParams();

test('the description holds every operation that the forge answers, and no other', () => {
  expect(contract.routes.map(({ id }) => id).toSorted()).toEqual(OPERATIONS.toSorted());
});

test('what GitHub describes is let through', () => {
  expect(contract.response('git/get-ref', 200, REF)).toEqual([]);
  const body = { ref: 'refs/heads/x', sha: 'a'.repeat(40) };
  expect(contract.request('git/create-ref', { path, query, body })).toEqual([]);
  expect(contract.response('git/delete-ref', 204, undefined)).toEqual([]);
});

const answers = [
  { title: 'a field of another type', status: 200, body: { ...REF, ref: 7 } },
  { title: 'a missing field', status: 200, body: { ...REF, object: { type: 'commit' } } },
  { title: 'text that is no address', status: 200, body: { ...REF, url: 'not an address' } },
  { title: 'no body', status: 200, body: undefined },
  { title: 'a status that is not described', status: 202, body: REF },
];
test.each(answers)('an answer with $title is a violation', ({ status, body }) => {
  expect(contract.response('git/get-ref', status, body)).toHaveLength(1);
});

test('a body where none is described is a violation', () => {
  expect(contract.response('git/delete-ref', 204, {})).toHaveLength(1);
});

const requests = [
  { title: 'a body of another type', body: { ref: 7, sha: 'x' }, search: '' },
  { title: 'a missing body', body: undefined, search: '' },
  { title: 'a query that is not described', body: { ref: 'x', sha: 'x' }, search: 'force=1' },
];
test.each(requests)('a request with $title is a violation', ({ body, search }) => {
  const request = { path, query: new URLSearchParams(search), body };
  expect(contract.request('git/create-ref', request)).toHaveLength(1);
});

test('a page that is no number is a violation', () => {
  const request = { path, query: new URLSearchParams('page=two'), body: undefined };
  expect(contract.request('pulls/list', request)).toHaveLength(1);
});

test('each relaxation has its reason and relaxes a property that is required', () => {
  const { schemas } = githubDescription().components;
  for (const { schema, property, reason } of NOT_REQUIRED) {
    expect(schemas[schema]?.required, schema).toContain(property);
    expect(reason).not.toBe('');
  }
  expect(Object.values(STATUSES_OF_EVERY_OPERATION)).not.toContain('');
});

test('null is allowed only where GitHub says so', () => {
  const label = { id: 1, node_id: 'x', url: 'http://f/l', name: 'a', color: 'ededed', default: false };
  expect(contract.response('issues/add-labels', 200, [{ ...label, description: null }])).toEqual([]);
  expect(
    contract.response('issues/add-labels', 200, [{ ...label, description: '', name: null }]),
  ).toHaveLength(1);
});
