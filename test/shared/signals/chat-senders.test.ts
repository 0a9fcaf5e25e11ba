import { describe, expect, test } from 'vitest';
import { buttonOf } from '../../../shared/ports/index.ts';
import { genericBody, slackEvent } from './bodies.ts';
import { door } from './door.ts';

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const question = { approvalId: `apr_${'0'.repeat(26)}`, planHash: 'b'.repeat(64) };
const { action: action_id, value } = buttonOf('approve', question);

function pressed(of: object = {}): string {
  const body = {
    ...{ type: 'block_actions', team: { id: 'T1' }, api_app_id: 'A1', user: { id: 'U1' } },
    trigger_id: '1.2.abc',
    actions: [{ action_id, value, action_ts: '1795255201.5' }],
    ...of,
  };
  return `payload=${encodeURIComponent(JSON.stringify(body))}`;
}

const OURS = { teams: ['T0', 'T1'], apps: ['A1'] };
const stranger = (why: string) => ({ routing: 'noticed', outcome: 'refused', why });
const team = (id: string) => stranger(`of a Slack workspace that is not named: ${id}`);
const app = (id: string) => stranger(`of a Slack app that is not named: ${id}`);

describe('16 where the workspaces and apps of Slack are named', () => {
  test('16 a button of a named workspace and app counts', async () => {
    const { deliver, route, obeyed } = await door();
    await deliver('slack', pressed(), form);
    expect(await route(OURS)).toEqual([{ routing: 'noticed', outcome: 'announced' }]);
    expect(obeyed).toEqual([{ ...question, verdict: 'approve', user: 'U1' }]);
  });

  test.each([
    ['of another workspace', { team: { id: 'T2' } }, team('T2')],
    ['of a workspace whose id begins as a named one does', { team: { id: 'T11' } }, team('T11')],
    ['of no workspace', { team: null }, team('none given')],
    ['of another app', { api_app_id: 'A2' }, app('A2')],
    ['of no app', { api_app_id: null }, app('none given')],
  ])('16 a button %s is noticed with the reason, and nobody is asked whose it is', async (_what, of, why) => {
    const { deliver, route, obeyed, signals } = await door();
    expect(await deliver('slack', pressed(of), form)).toEqual({ kind: 'acknowledged' });
    expect(await route(OURS)).toEqual([why]);
    expect(obeyed).toEqual([]);
    expect(signals.all()).toMatchObject([why]);
  });

  test.each([
    ['of another workspace', { team_id: 'T2' }, team('T2')],
    ['of another app', { api_app_id: 'A2' }, app('A2')],
  ])('16 an event %s is noticed with the reason, whatever selector it matches', async (_what, of, why) => {
    const { deliver, route } = await door({ source: 'slack', match: { channel: 'C1' } });
    await deliver('slack', slackEvent(of));
    expect(await route(OURS)).toEqual([why]);
  });

  test('16 each list holds by itself: with apps alone named any workspace counts, and the other way round', async () => {
    const { deliver, route, obeyed } = await door();
    await deliver('slack', pressed({ team: { id: 'T2' } }), form);
    await route({ teams: [], apps: ['A1'] });
    await deliver('slack', pressed({ api_app_id: 'A2', container: { message_ts: '1.2' } }), form);
    await route({ teams: ['T1'], apps: [] });
    expect(obeyed).toHaveLength(2);
  });

  test('16 a list of nobody lets nobody pass, one without an id not either', async () => {
    const { deliver, route, obeyed } = await door();
    await deliver('slack', pressed({ team: { id: '' } }), form);
    expect(await route({ teams: ['', ''], apps: [] })).toEqual([team('none given')]);
    expect(obeyed).toEqual([]);
  });

  test('16 what another source calls a team is none of its business', async () => {
    const { deliver, route, opened } = await door({ source: 'generic', match: { team: 'T2' } });
    await deliver('generic', genericBody({ labels: { team: 'T2' } }));
    expect(await route(OURS)).toMatchObject([{ routing: 'routed', outcome: 'opened' }]);
    expect(opened).toHaveLength(1);
  });
});
