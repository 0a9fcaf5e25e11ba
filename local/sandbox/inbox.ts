import { Hono } from 'hono';
import * as z from 'zod';
import { listen } from './listen.ts';

export type Message = {
  readonly at: string;
  readonly channel: string;
  readonly text: string;
  /** What stands under the text, as it was sent. */
  readonly blocks?: readonly unknown[];
  readonly metadata?: {
    readonly event_type: string;
    readonly event_payload: Readonly<Record<string, unknown>>;
  };
};
export type Inbox = {
  /** Base URL in the shape of Slack's Web API. */
  readonly url: string;
  /** What was posted, oldest first. */
  readonly messages: () => readonly Message[];
  readonly close: () => Promise<void>;
};

const Post = z.object({
  channel: z.string().min(1),
  text: z.string().min(1),
  blocks: z.array(z.unknown()).exactOptional(),
  metadata: z
    .object({ event_type: z.string().min(1), event_payload: z.record(z.string(), z.unknown()) })
    .exactOptional(),
});

/** The chat of the sandbox: takes messages as Slack does, and shows those after a moment, newest first, `ok: false` and a name for what is wrong included. */
export async function startInbox(options: {
  readonly token: string;
  readonly now: () => number;
}): Promise<Inbox> {
  const messages: Message[] = [];
  const app = new Hono();
  app.use(async (request, next) => {
    if (request.req.header('authorization') === `Bearer ${options.token}`) return await next();
    return request.json({ ok: false, error: 'invalid_auth' });
  });
  app.post('/chat.postMessage', async (request) => {
    const post = Post.safeParse(await request.req.json().catch(() => undefined));
    if (!post.success) return request.json({ ok: false, error: 'invalid_arguments' });
    const at = new Date(options.now()).toISOString();
    messages.push({ at, ...post.data });
    return request.json({ ok: true, channel: post.data.channel, ts: timestamp(at) });
  });
  app.get('/conversations.history', (request) => {
    const { channel, oldest = '0', limit = '100', include_all_metadata: all } = request.req.query();
    const found = messages
      .filter((message) => message.channel === channel && Date.parse(message.at) / 1000 > Number(oldest))
      .toReversed()
      .slice(0, Number(limit))
      .map(({ at, text, metadata }) => ({
        ...{ type: 'message', ts: timestamp(at), text },
        ...(all === 'true' && metadata !== undefined && { metadata }),
      }));
    return request.json({ ok: true, messages: found, has_more: false });
  });
  const { url, close } = await listen(app.fetch, 0);
  return { url, messages: () => messages, close };
}

function timestamp(at: string): string {
  return (Date.parse(at) / 1000).toFixed(6);
}
