import * as z from 'zod';
import { Fault, type FaultName } from '../../kernel/fault.ts';
import type { Notify } from '../../ports/notify.ts';
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
    send: ({ text, link }) =>
      retryTransient(
        () => post(config, link === undefined ? escaped(text) : `${escaped(text)} <${link}>`),
        config.firstWaitMs,
      ),
  };
}

/** Slack reads `&`, `<` and `>` as markup. */
function escaped(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

async function post({ baseUrl, channel, token }: Config, text: string): Promise<void> {
  const answer = await request(`${baseUrl.replace(/\/+$/, '')}/chat.postMessage`, await token(), {
    channel,
    text,
  });
  if (answer.status === 429) {
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    throw new Fault('RateLimited', 'Slack asks us to wait', {
      ...(seconds >= 0 && { retryAfterSeconds: seconds }),
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
