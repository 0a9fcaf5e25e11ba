import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { type Inbox, startInbox } from '../../../local/sandbox/inbox.ts';
import { listen } from '../../../local/sandbox/listen.ts';
import { slackNotify } from '../../../shared/adapters/slack/slack-notify.ts';
import { readButton } from '../../../shared/ports/index.ts';

const Actions = z.object({ elements: z.array(z.object({ action_id: z.string(), value: z.string() })) });
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function inbox(now = () => 0): Promise<Inbox> {
  const started = await startInbox({ token: 'xoxb', now });
  closers.push(started.close);
  return started;
}
const to = (baseUrl: string, token = 'xoxb') =>
  slackNotify({ baseUrl, channel: 'C1', token: async () => token, now: Date.now, firstWaitMs: 1 });

test('posts a message with its link, what Slack reads as markup escaped', async () => {
  const chat = await inbox();
  await to(chat.url).send({ text: 'a < b & <@U1>', link: 'https://forge/pull/1' });
  expect(chat.messages().map(({ channel, text }) => [channel, text])).toEqual([
    ['C1', 'a &lt; b &amp; &lt;@U1&gt; <https://forge/pull/1>'],
  ]);
});

test('a token that Slack refuses is PermissionDenied', async () => {
  const chat = await inbox();
  await expect(to(chat.url, 'old').send({ text: 'x' })).rejects.toMatchObject({ name: 'PermissionDenied' });
});

/** A server that answers each request with the next of these; how many came. */
async function answering(...answers: readonly (() => Response)[]) {
  let calls = 0;
  const { url, close } = await listen(() => {
    const answer = answers[Math.min(calls, answers.length - 1)];
    calls += 1;
    return answer?.() ?? new Response('');
  }, 0);
  closers.push(close);
  return { url, calls: () => calls };
}

test.each([
  ['a 5xx is tried 1 + 3 times', () => new Response('', { status: 503 }), 'Unavailable', 4],
  [
    'a 429 is not repeated',
    () => new Response('', { status: 429, headers: { 'retry-after': '7' } }),
    'RateLimited',
    1,
  ],
  [
    'a channel that does not exist',
    () => Response.json({ ok: false, error: 'channel_not_found' }),
    'InvalidInput',
    1,
  ],
  ['something that is no answer', () => new Response('<html>'), 'Malformed', 1],
  ['a redirect is not followed', () => Response.redirect('http://127.0.0.1:1/', 302), 'Unavailable', 4],
] as const)('%s', async (_what, answer, name, times) => {
  const server = await answering(answer);
  await expect(to(server.url).send({ text: 'x' })).rejects.toMatchObject({ name });
  expect(server.calls()).toBe(times);
});

test('a passing failure is overcome', async () => {
  const server = await answering(
    () => new Response('', { status: 500 }),
    () => Response.json({ ok: true }),
  );
  await to(server.url).send({ text: 'x' });
  expect(server.calls()).toBe(2);
});

test('a question has two buttons that carry it and its plan, and ask once more; anything else has none', async () => {
  const chat = await inbox();
  const approval = { approvalId: `apr_${'0'.repeat(26)}`, planHash: 'b'.repeat(64) };
  await to(chat.url).send({ text: 'a <rollback>', approval });
  await to(chat.url).send({ text: 'told' });
  const [asked, told] = chat.messages();
  expect(told).not.toHaveProperty('blocks');
  expect(asked?.blocks).toMatchObject([
    { type: 'section', text: { type: 'mrkdwn', text: 'a &lt;rollback&gt;' } },
    {
      type: 'actions',
      elements: [
        { type: 'button', confirm: {} },
        { type: 'button', confirm: {} },
      ],
    },
  ]);
  const read = Actions.parse(asked?.blocks?.[1]).elements.map((each) =>
    readButton(each.action_id, each.value),
  );
  expect(read).toEqual([
    { ...approval, verdict: 'approve' },
    { ...approval, verdict: 'reject' },
  ]);
});

describe('what may have been posted already', () => {
  const telling = { key: 'event/1' };
  const since = '1970-01-01T00:00:00.000Z';

  test('is looked for and not posted again; another message is', async () => {
    const chat = await inbox();
    await to(chat.url).send({ text: 'x' }, telling);
    await to(chat.url).send({ text: 'x' }, { ...telling, since });
    await to(chat.url).send({ text: 'x' }, { key: 'event/2', since });
    expect(chat.messages().map(({ metadata }) => metadata?.event_payload)).toEqual([
      { key: 'event/1' },
      { key: 'event/2' },
    ]);
  });

  test('is found where only the answer was lost', async () => {
    const chat = await inbox(Date.now);
    let calls = 0;
    const lossy = await listen(async (request) => {
      calls += 1;
      const { pathname, search } = new URL(request.url);
      const answer = await fetch(`${chat.url}${pathname}${search}`, {
        method: request.method,
        headers: request.headers,
        ...(request.method === 'POST' && { body: await request.text() }),
      });
      return calls === 1 ? new Response('', { status: 502 }) : new Response(await answer.text());
    }, 0);
    closers.push(lossy.close);
    await slackNotify({
      ...{ baseUrl: lossy.url, channel: 'C1', token: async () => 'xoxb', now: Date.now, firstWaitMs: 1 },
    }).send({ text: 'x' }, telling);
    expect(chat.messages()).toHaveLength(1);
    expect(calls).toBe(2);
  });

  test.each([
    ['refused', () => Response.json({ ok: false, error: 'missing_scope' })],
    ['down', () => new Response('', { status: 503 })],
    ['no answer of its API', () => new Response('<html>')],
  ])('is posted again where the channel is %s: people must be told', async (_what, history) => {
    const server = await answering(history, () => Response.json({ ok: true }));
    await to(server.url).send({ text: 'x' }, { ...telling, since });
    expect(server.calls()).toBe(2);
  });
});
