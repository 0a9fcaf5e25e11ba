import * as z from 'zod';
import { Fault, type FaultName } from '../../kernel/fault.ts';
import { type ButtonFor, buttonOf } from '../../ports/approval-button.ts';
import type { Notify } from '../../ports/notify.ts';
import { namedWait } from '../named-wait.ts';
import { retryTransient } from '../retry.ts';

type Config = {
  /** `https://slack.com/api`, or what answers in its shape. From configuration only. */
  readonly baseUrl: string;
  readonly channel: string;
  readonly token: () => Promise<string>;
  /** First of the three waits between attempts, in milliseconds. */
  readonly firstWaitMs?: number;
};

const TIMEOUT_MS = 5000;
const MAX_TEXT = 2000;
const Answer = z.looseObject({ ok: z.boolean(), error: z.string().optional() });
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
 * Posts by `chat.postMessage`. It has no idempotency key: an answer that is lost may double a message, which is the
 * lesser evil when people must be told. Throws Fault: PermissionDenied, RateLimited, Unavailable, InvalidInput, Malformed.
 */
export function slackNotify(config: Config): Notify {
  return {
    send: ({ text, link, approval }) => {
      const shown = link === undefined ? escaped(text) : `${escaped(text)} <${link}>`;
      const message = { text: shown, ...(approval !== undefined && { blocks: blocksOf(shown, approval) }) };
      return retryTransient(() => post(config, message), config.firstWaitMs);
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

function plainText(text: string) {
  return { type: 'plain_text', text };
}

/** Slack reads `&`, `<` and `>` as markup. */
function escaped(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

async function post({ baseUrl, channel, token }: Config, message: object): Promise<void> {
  const answer = await request(`${baseUrl.replace(/\/+$/, '')}/chat.postMessage`, await token(), {
    channel,
    ...message,
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

function faultName(error: string | undefined): FaultName {
  if (error !== undefined && DENIED.includes(error)) return 'PermissionDenied';
  return error === 'ratelimited' ? 'RateLimited' : 'InvalidInput';
}

async function request(url: string, token: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      redirect: 'error', // a redirect would carry the token to a place nobody configured
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw new Fault('Unavailable', 'Slack did not answer', { cause });
  }
}
