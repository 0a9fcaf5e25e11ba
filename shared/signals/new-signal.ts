import { isoTime, millis, redactText, sha256Hex } from '../kernel/index.ts';
import { LATE_AFTER_SECONDS, type Signal, type SignalFlag, type SignalSource } from './contract.ts';
import type { MappedSignal } from './mappers/mapped.ts';
import { ownEcho } from './rules/own-echo.ts';

const MAX_KEY_PART = 400;
const MAX_TITLE = 500;
const MAX_LABELS = 100;
const MAX_LABEL = 500;
const MAX_LINKS = 5;

/** The bytes a signal came in: only their hash is kept. */
export type Raw = { readonly sha256: string; readonly bytes: number };

/**
 * A mapped signal with its identity and its receipt. A start in the future becomes now, a firing one that began
 * over LATE_AFTER_SECONDS ago becomes information only; both are flagged, and so is the echo of our own doing. `receivedAt` in milliseconds.
 */
export function newSignal(source: SignalSource, mapped: MappedSignal, raw: Raw, receivedAt: number): Signal {
  const {
    sourceEventId,
    fingerprint,
    startsAt: said,
    endsAt,
    revision,
    links,
    labels,
    flags,
    ...rest
  } = mapped;
  const now = isoTime(receivedAt);
  const key = [source, ...[sourceEventId, fingerprint].map(keyPart), mapped.status].join('|');
  const future = said !== undefined && millis(said) > receivedAt;
  const startsAt = future || said === undefined ? now : said;
  const late = mapped.status === 'firing' && receivedAt - millis(startsAt) > LATE_AFTER_SECONDS * 1000;
  const texts = flat(labels);
  const raised: readonly SignalFlag[] = [
    ...(future ? ['future-start' as const] : []),
    ...(late ? ['late' as const] : []),
    ...(ownEcho.decide({ source, labels: texts }) ? ['own' as const] : []),
  ];
  return {
    v: 1,
    id: `sig_${sha256Hex(key).slice(0, 26)}`,
    source,
    sourceEventId: keyPart(sourceEventId),
    dedupeKey: key,
    fingerprint: keyPart(fingerprint),
    ...rest,
    status: late ? 'info' : mapped.status,
    title: redactText(rest.title).slice(0, MAX_TITLE),
    ...(revision !== undefined && { revision }),
    startsAt,
    ...(endsAt !== undefined && { endsAt }),
    observedAt: endsAt ?? startsAt,
    receivedAt: now,
    links: links
      .filter((link) => typeof link === 'string' && /^https?:\/\//.test(link))
      .slice(0, MAX_LINKS) as string[],
    labels: texts,
    flags: [...(flags ?? []), ...raised],
    raw,
    routing: 'new',
  };
}

/** Keys have room for so much; a longer identity goes by its hash. */
function keyPart(text: string): string {
  return text.length > MAX_KEY_PART ? sha256Hex(text) : text;
}

/** Texts, numbers and truth values as text; what is empty or nested cannot be matched and is left out. */
function flat(labels: Readonly<Record<string, unknown>>): Record<string, string> {
  const usable = Object.entries(labels).filter(
    ([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '',
  );
  return Object.fromEntries(
    usable.slice(0, MAX_LABELS).map(([name, value]) => [name, redactText(String(value)).slice(0, MAX_LABEL)]),
  );
}
