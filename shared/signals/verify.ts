import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { WebhookSource } from './contract.ts';

/** A webhook call as it came: header names in lower case, the body's own bytes. */
export type Delivery = {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
};

/**
 * Whether a call really comes from its source: GitHub signs the raw body (HMAC-SHA256 in `x-hub-signature-256`), the
 * others carry a token (`authorization: Bearer`, or `x-holdfast-token`). Any of the active secrets will do, so that
 * they can be rotated; no secret at all means nobody is let in. Never throws.
 */
export function isGenuine(source: WebhookSource, delivery: Delivery, secrets: readonly string[]): boolean {
  const active = secrets.filter((secret) => secret !== '');
  if (source === 'github') return active.some((secret) => isSigned(delivery, secret));
  const token = tokenOf(delivery);
  // every secret is compared, so that the time taken does not tell which one matched
  return token !== undefined && active.filter((secret) => isSame(token, secret)).length > 0;
}

function isSigned({ headers, body }: Delivery, secret: string): boolean {
  const sent = headers['x-hub-signature-256'];
  if (sent === undefined) return false;
  return isSame(sent, `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
}

function tokenOf({ headers }: Delivery): string | undefined {
  const [, bearer] = /^bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return bearer ?? headers['x-holdfast-token'];
}

/** Hashing first makes both sides the same length, which timingSafeEqual wants. */
function isSame(sent: string, known: string): boolean {
  return timingSafeEqual(digest(sent), digest(known));
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
