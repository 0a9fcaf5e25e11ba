import { expect, test } from 'vitest';
import { commandIn } from '../../../shared/rollbacks/comment-command.ts';

test.each([
  [
    'APPROVE the canary says the same',
    { word: 'APPROVE', overrides: [], reason: 'the canary says the same' },
  ],
  ['APPROVE I3 I5 known fault', { word: 'APPROVE', overrides: ['I3', 'I5'], reason: 'known fault' }],
  ['APPROVE I3, I5\nmore text', { word: 'APPROVE', overrides: ['I3', 'I5'], reason: 'APPROVE by a comment' }],
  ['ABORT', { word: 'ABORT', overrides: [], reason: 'ABORT by a comment' }],
  ['MANUAL I have it', { word: 'MANUAL', overrides: [], reason: 'I have it' }],
  ['  ABORT no', { word: 'ABORT', overrides: [], reason: 'no' }],
])('%o is a command', (body, command) => {
  expect(commandIn(body)).toEqual(command);
});

test.each(['approve', 'Please APPROVE', 'APPROVED', 'LGTM', '', '> APPROVE this', 'hello\nAPPROVE'])(
  '%o is talk',
  (body) => {
    expect(commandIn(body)).toBeUndefined();
  },
);

test('a reason is cut, not the comment refused', () => {
  expect(commandIn(`ABORT ${'x'.repeat(5000)}`)?.reason).toHaveLength(500);
});
