const SECRETS: readonly RegExp[] = [
  /\bgh[pousr]_[A-Za-z0-9]{20,}\b/g, // GitHub tokens
  /\bgithub_pat_[A-Za-z0-9_]{20,}\b/g,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}\b/g, // Slack tokens
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, // AWS access key ids
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/g, // JWT
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\b[Bb]earer\s)[A-Za-z0-9._~+/-]{8,}=*/g,
  /(?<=:\/\/[^\s:/@]{1,64}:)[^\s:/@]{1,256}(?=@)/g, // passwords in URLs
];
const EMAIL = /\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b/g;
const SECRET_NAME =
  /^(?:password|passwd|secret|token|authorization|api[-_]?key|private[-_]?key|client[-_]?secret)$/i;
const REDACTED = '[redacted]';

/** A copy without secrets and e-mail addresses. Runs in decide(), before anything is hashed or stored. */
export function redact<T>(value: T): T {
  return redactUnknown(value) as T;
}

function redactUnknown(value: unknown): unknown {
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value)) return value.map(redactUnknown);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [
        name,
        SECRET_NAME.test(name) && typeof member === 'string' ? REDACTED : redactUnknown(member),
      ]),
  );
}

/** One text without secrets and e-mail addresses. */
export function redactText(text: string): string {
  let clean = text;
  for (const pattern of SECRETS) clean = clean.replace(pattern, REDACTED);
  return clean.replace(EMAIL, REDACTED);
}
