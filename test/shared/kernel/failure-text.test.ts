import { describe, expect, test } from 'vitest';
import { failureText } from '../../../shared/kernel/index.ts';

const lambda = (errorMessage: string) =>
  JSON.stringify({ errorType: 'Unavailable', errorMessage, trace: ['Unavailable: x', '    at y.js:1:2'] });

describe('the text of a failure', () => {
  test('is the message of what Lambda answers, without its trace', () => {
    expect(failureText(lambda('CloudWatch did not answer'))).toBe('CloudWatch did not answer');
  });

  test.each([
    ['a plain message', 'it broke', 'it broke'],
    ['JSON of another form', '{"a":1}', '{"a":1}'],
    ['a number', '7', '7'],
    ['lines', 'one\n\ttwo\u0000 ', 'one two'],
    ['nothing', '', null],
    ['white space', ' \n', null],
    ['JSON null', 'null', 'null'],
  ])('of %s', (_what, cause, text) => expect(failureText(cause)).toBe(text));

  test('is absent where there is no cause', () => {
    expect([failureText(null), failureText(undefined)]).toEqual([null, null]);
  });

  test('is at most 300 characters, and no secret shows through its cut', () => {
    const token = `ghp_${'a'.repeat(36)}`;
    const text = failureText(lambda(`${'x'.repeat(280)} ${token} and more`)) ?? '';
    expect(text.length).toBeLessThanOrEqual(300);
    expect(text).not.toContain('ghp_');
    expect(failureText('x'.repeat(400))).toHaveLength(300);
  });
});
