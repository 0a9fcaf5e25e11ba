import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { MAX_SKEW_SECONDS, type WebhookSource } from './contract.ts';

/** A webhook call as it came: header names in lower case, the body's own bytes. */
export type Delivery = {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
};

type Scheme = (delivery: Delivery, active: readonly string[], nowMilliseconds: number) => boolean;

const SCHEMES: Readonly<Record<WebhookSource, Scheme>> = {
  argocd: hasToken,
  alertmanager: hasToken,
  cloudevents: hasToken,
  grafana: hasToken,
  generic: hasToken,
  github: isSignedByGithub,
  slack: isSignedBySlack,
  pagerduty: isSignedByPagerduty,
};

/**
 * Whether a call really comes from its source. GitHub, PagerDuty and Slack sign the raw body with HMAC-SHA256; the others
 * carry a token (`authorization: Bearer`, or `x-holdfast-token`). Any of the active secrets will do, so that they can be
 * rotated; no secret at all means nobody is let in. `nowMilliseconds` bounds the age of what is signed with its time. Never throws.
 */
export function isGenuine(
  source: WebhookSource,
  delivery: Delivery,
  secrets: readonly string[],
  nowMilliseconds: number,
): boolean {
  const active = secrets.filter((secret) => secret !== '');
  return SCHEMES[source](delivery, active, nowMilliseconds);
}

function hasToken({ headers }: Delivery, active: readonly string[]): boolean {
  const token = bearerOf(headers.authorization) ?? headers['x-holdfast-token'];
  return token !== undefined && isAnyOf([token], active);
}

/** Whether a header `authorization: Bearer` carries one of the secrets that are not empty. Never throws. */
export function bearsOneOf(authorization: string | undefined, secrets: readonly string[]): boolean {
  const token = bearerOf(authorization);
  const active = secrets.filter((secret) => secret !== '');
  return token !== undefined && isAnyOf([token], active);
}

function bearerOf(authorization: string | undefined): string | undefined {
  return /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
}

/** `x-hub-signature-256: sha256=<hex>`. No time is signed: repeats are told by the delivery's GUID. */
function isSignedByGithub({ headers, body }: Delivery, active: readonly string[]): boolean {
  return isAnyOf([headers['x-hub-signature-256'] ?? ''], signatures('sha256=', [body], active));
}

/** `x-pagerduty-signature: v1=<hex>,v1=<hex>`: PagerDuty's own rotation sends one for each of its secrets. */
function isSignedByPagerduty({ headers, body }: Delivery, active: readonly string[]): boolean {
  const sent = (headers['x-pagerduty-signature'] ?? '').split(',').map((each) => each.trim());
  return isAnyOf(sent.slice(0, MAX_SIGNATURES), signatures('v1=', [body], active));
}

/** `x-slack-signature: v0=<hex>` over `v0:<seconds>:<raw body>`, the seconds within five minutes of ours either way. */
function isSignedBySlack({ headers, body }: Delivery, active: readonly string[], now: number): boolean {
  const seconds = headers['x-slack-request-timestamp'] ?? '';
  if (!/^\d{1,12}$/.test(seconds)) return false;
  if (Math.abs(Math.floor(now / 1000) - Number(seconds)) > MAX_SKEW_SECONDS) return false;
  const signed = [Buffer.from(`v0:${seconds}:`), body];
  return isAnyOf([headers['x-slack-signature'] ?? ''], signatures('v0=', signed, active));
}

// a sender rotates between two; whoever sends hundreds only wants them compared
const MAX_SIGNATURES = 10;

function signatures(
  prefix: string,
  parts: readonly Uint8Array[],
  active: readonly string[],
): readonly string[] {
  return active.map((secret) => {
    const hmac = createHmac('sha256', secret);
    for (const part of parts) hmac.update(part);
    return `${prefix}${hmac.digest('hex')}`;
  });
}

/** Every pair is compared, so that the time taken does not tell which one matched. */
function isAnyOf(sent: readonly string[], known: readonly string[]): boolean {
  const matches = sent.flatMap((one) => known.filter((other) => isSame(one, other)));
  return matches.length > 0;
}

/** Hashing first makes both sides the same length, which timingSafeEqual wants. */
function isSame(sent: string, known: string): boolean {
  return timingSafeEqual(digest(sent), digest(known));
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
