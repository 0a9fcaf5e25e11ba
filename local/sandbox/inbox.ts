import { Hono } from 'hono';
import * as z from 'zod';
import { listen } from './listen.ts';

export type Message = {
  readonly at: string;
  readonly channel: string;
  readonly text: string;
  /** What stands under the text, as it was sent. */
  readonly blocks?: readonly unknown[];
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
});

/** The chat of the sandbox: takes messages as Slack does, `ok: false` and a name for what is wrong included. */
export async function startInbox(options: {
  readonly token: string;
  readonly now: () => number;
}): Promise<Inbox> {
  const messages: Message[] = [];
  const app = new Hono();
  app.post('/chat.postMessage', async (request) => {
    if (request.req.header('authorization') !== `Bearer ${options.token}`)
      return request.json({ ok: false, error: 'invalid_auth' });
    const post = Post.safeParse(await request.req.json().catch(() => undefined));
    if (!post.success) return request.json({ ok: false, error: 'invalid_arguments' });
    messages.push({ at: new Date(options.now()).toISOString(), ...post.data });
    return request.json({ ok: true, channel: post.data.channel, ts: String(options.now() / 1000) });
  });
  const { url, close } = await listen(app.fetch, 0);
  return { url, messages: () => messages, close };
}
