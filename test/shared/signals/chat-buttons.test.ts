import { describe, expect, test } from 'vitest';
import { buttonOf } from '../../../shared/ports/index.ts';
import { genericBody } from './bodies.ts';
import { door } from './door.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const click = {
  type: 'block_actions',
  ...{ team: { id: 'T1' }, api_app_id: 'A1', user: { id: 'U1' }, trigger_id: '1.2.abc' },
  container: { message_ts: '1795255200.000200', channel_id: 'C1' },
};

describe('16 a button of ours', () => {
  const approvalId = `apr_${'0'.repeat(26)}`;
  const planHash = 'b'.repeat(64);
  const { action: action_id, value } = buttonOf('approve', { approvalId, planHash });
  const pressed = (change: object = {}, of: object = {}) => {
    const body = { ...click, ...of, actions: [{ action_id, value, action_ts: '1795255201.5', ...change }] };
    return `payload=${encodeURIComponent(JSON.stringify(body))}`;
  };
  const answer = { approvalId, planHash, verdict: 'approve', user: 'U1' };

  test('16 is handed over with the question, the plan that was shown, and who pressed it', async () => {
    const { deliver, route, obeyed, opened } = await door();
    expect(await deliver('slack', pressed(), form)).toEqual({ kind: 'acknowledged' });
    expect(await route()).toEqual([{ routing: 'noticed', outcome: 'announced' }]);
    expect([obeyed, opened]).toEqual([[answer], []]);
  });

  test('16 counts once for its question and moment, whatever else of the delivery differs', async () => {
    const { deliver, route, obeyed } = await door();
    await deliver('slack', pressed(), form);
    await deliver('slack', pressed({}, { trigger_id: '9.9.zzz' }), form);
    await route();
    expect(obeyed).toEqual([answer]);
  });

  test.each([
    ['of another app of ours', { action_id: 'approve' }],
    ['with a value that is no question', { value: 'apr_1|x' }],
    ['with more than a question', { value: `${value}|x` }],
    ['without a value', { value: null }],
  ])('16 %s is information', async (_what, change) => {
    const { deliver, route, obeyed } = await door();
    await deliver('slack', pressed(change), form);
    await route();
    expect(obeyed).toEqual([]);
  });

  test('16 from anywhere but Slack is no button', async () => {
    const { deliver, route, obeyed } = await door();
    const labels = { approval: approvalId, plan: planHash, verdict: 'approve', user: 'U1' };
    await deliver('generic', genericBody({ labels }));
    await route();
    expect(obeyed).toEqual([]);
  });
});
