import { redactText } from './redact.ts';

/** Enough for what a provider says and where; a decision has room for 64 KB in all. */
const LONGEST = 300;

/**
 * What a person may read of a failure: one line, without secrets, at most 300 characters. `cause` is a message, or the JSON
 * that Lambda makes of an error and Step Functions hands on as its Cause. Null where it says nothing.
 */
export function failureText(cause: string | null | undefined): string | null {
  // Redacted before it is cut: half a secret looks like none.
  const text = redactText(messageIn(cause ?? ''))
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  if (text === '') return null;
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 4)} ...` : text;
}

function messageIn(cause: string): string {
  try {
    const { errorMessage }: { errorMessage?: unknown } = JSON.parse(cause) ?? {};
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    // no JSON: it is the message itself
    return cause;
  }
}
