// `(?:\b|(?<=\\[nrtbf]))`: at the start of a word, or after a line break that JSON wrote as a letter.
const SECRETS: readonly RegExp[] = [
  /(?:\b|(?<=\\[nrtbf]))gh[pousr]_[A-Za-z0-9_]{20,}/g, // GitHub tokens
  /(?:\b|(?<=\\[nrtbf]))github_pat_[A-Za-z0-9_]{20,}/g,
  /(?:\b|(?<=\\[nrtbf]))glpat-[A-Za-z0-9_-]{20,}/g, // GitLab
  /(?:\b|(?<=\\[nrtbf]))npm_[A-Za-z0-9]{30,}/g,
  /(?:\b|(?<=\\[nrtbf]))xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}/g, // Slack tokens
  /(?:\b|(?<=\\[nrtbf]))xapp-[A-Za-z0-9-]{10,}/g,
  /(?<=\bhooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{8,}/g, // who knows the address may post
  /(?:\b|(?<=\\[nrtbf]))(?:AKIA|ASIA)[A-Z0-9]{16}/g, // AWS access key ids
  /(?:\b|(?<=\\[nrtbf]))eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/g, // JWT
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
  /(?<=\bbearer[\s:]{1,3})[A-Za-z0-9._~+/-]{8,}=*/gi,
  /(?<=:\/\/[^\s:/@]{0,64}:)[^\s/@]{1,256}(?=@)/g, // passwords in URLs
  /(?<=\b\w{0,40}(?:password|passwd|secret|token|api_?key)=)[^\s&"'`,;[\]]{4,}/gi, // NAME=value of a log or a query
];
const EMAIL = /\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b/g;
const SECRET_NAME =
  /^(?:password|passwd|secret|token|authorization|proxy-authorization|cookie|set-cookie|(?:x-)?api[-_]?key|private[-_]?key|client[-_]?secret|webhook[-_]?secret|(?:aws_)?secret[-_]?access[-_]?key|(?:access|refresh|id|session|github|bearer)[-_]?token)$/i;
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
        redactText(name),
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
