import * as z from 'zod';
import { Fault, type FaultName } from '../../kernel/fault.ts';
import { isoTime } from '../../kernel/time.ts';
import { type ButtonFor, buttonOf } from '../../ports/approval-button.ts';
import type { Notify } from '../../ports/notify.ts';
import { namedWait } from '../named-wait.ts';
import { retryTransient } from '../retry.ts';

type Config = {
  /** `https://slack.com/api`, or what answers in its shape. From configuration only. */
  readonly baseUrl: string;
  readonly channel: string;
  readonly token: () => Promise<string>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** First of the three waits between attempts, in milliseconds. */
  readonly firstWaitMs?: number;
};

const TIMEOUT_MS = 5000;
const MAX_TEXT = 2000;
const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
const History = z.looseObject({
  messages: z.array(
    z.looseObject({
      metadata: z.looseObject({ event_payload: z.looseObject({ key: z.unknown() }).optional() }).optional(),
    }),
  ),
});
/** Seconds. */
const CLOCKS_APART = 120;
/** Errors of chat.postMessage that mean our token is not (or no longer) good for it. */
const DENIED = [
  'invalid_auth',
  'not_authed',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'missing_scope',
];

/**
 * Posts by `chat.postMessage`. It has no idempotency key, so each message carries its own in its metadata, and whatever may
 * have been posted already is looked for in the channel before it is posted once more. Without the scope to read the channel
 * a lost answer may double a message, which is the lesser evil when people must be told.
 * Throws Fault: PermissionDenied, RateLimited, Unavailable, InvalidInput, Malformed.
 */
export function slackNotify(config: Config): Notify {
  return {
    send: ({ text, link, approval }, telling) => {
      const shown = link === undefined ? escaped(text) : `${escaped(text)} <${link}>`;
      const message = {
        text: shown,
        ...(approval !== undefined && { blocks: blocksOf(shown, approval) }),
        ...(telling !== undefined && { metadata: metadataOf(telling.key) }),
      };
      let since = telling?.since;
      return retryTransient(async () => {
        if (telling !== undefined && since !== undefined && (await isPosted(config, telling.key, since)))
          return;
        since ??= isoTime(config.now());
        await post(config, message);
      }, config.firstWaitMs);
    },
  };
}

/** The text, and two buttons that ask once more before they are sent. */
function blocksOf(text: string, approval: ButtonFor): readonly object[] {
  const button = (verdict: 'approve' | 'reject', word: string, style: string) => {
    const { action, value } = buttonOf(verdict, approval);
    return {
      ...{ type: 'button', action_id: action, value, style, text: plainText(word) },
      confirm: {
        title: plainText(`${word}?`),
        text: plainText('It is recorded with your name, for the plan as it stands in this message.'),
        confirm: plainText(word),
        deny: plainText('Back'),
      },
    };
  };
  const elements = [button('approve', 'Approve', 'primary'), button('reject', 'Reject', 'danger')];
  return [
    { type: 'section', text: { type: 'mrkdwn', text } },
    { type: 'actions', block_id: approval.approvalId, elements },
  ];
}

function metadataOf(key: string) {
  return { event_type: 'holdfast_message', event_payload: { key } };
}

function plainText(text: string) {
  return { type: 'plain_text', text };
}

/** Slack reads `&`, `<` and `>` as markup. */
function escaped(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

async function post({ baseUrl, channel, token }: Config, message: object): Promise<void> {
  const answer = await request(`${trimmed(baseUrl)}/chat.postMessage`, {
    method: 'POST',
    headers: { ...bearer(await token()), 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ channel, ...message }),
  });
  if (answer.status === 429) {
    const retryAfterSeconds = namedWait(answer.headers.get('retry-after'));
    throw new Fault('RateLimited', 'Slack asks us to wait', {
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    });
  }
  if (answer.status >= 500) throw new Fault('Unavailable', `Slack answered ${answer.status}`);
  const body = Answer.safeParse(await answer.json().catch(() => undefined));
  if (!body.success) throw new Fault('Malformed', 'Slack answered something that is no answer of its API');
  if (!body.data.ok)
    throw new Fault(faultName(body.data.error), `Slack refused the message: ${body.data.error}`);
}

/** Whether the channel shows it since then. A channel that cannot be read shows nothing. */
async function isPosted({ baseUrl, channel, token }: Config, key: string, since: string): Promise<boolean> {
  // Slack's clock is another one
  const oldest = String(Date.parse(since) / 1000 - CLOCKS_APART);
  const query = new URLSearchParams({ channel, oldest, limit: '100', include_all_metadata: 'true' });
  try {
    const url = `${trimmed(baseUrl)}/conversations.history?${query}`;
    const answer = await request(url, { headers: bearer(await token()) });
    const { data } = History.safeParse(await answer.json());
    return data?.messages.some(({ metadata }) => metadata?.event_payload?.key === key) ?? false;
  } catch {
    return false;
  }
}

function faultName(error: string | undefined): FaultName {
  if (error !== undefined && DENIED.includes(error)) return 'PermissionDenied';
  return error === 'ratelimited' ? 'RateLimited' : 'InvalidInput';
}

const trimmed = (baseUrl: string): string => baseUrl.replace(/\/+$/, '');
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function request(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, {
      ...init,
      redirect: 'error', // a redirect would carry the token to a place nobody configured
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw new Fault('Unavailable', 'Slack did not answer', { cause });
  }
}
