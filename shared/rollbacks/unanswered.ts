import { failureText, type Reason } from '../kernel/index.ts';
import type { RollbackDeps } from './ports.ts';
import type { ChooseCandidateInputs } from './rules/choose-candidate.ts';

/** What an outside system said instead of an answer. */
export type Unanswered = {
  readonly call: string;
  readonly fault: string;
  readonly message: string;
  /** The wait that it asks for, where it names one. */
  readonly retryAfterSeconds: number | undefined;
};

/** Reasons that one decision takes up: what is down mostly says the same to every call. */
const MOST = 3;

/** The same dependencies, which also keep what systems say instead of an answer. */
export function listening<Deps extends RollbackDeps>(deps: Deps) {
  const heard: Unanswered[] = [];
  const unanswered = (what: Unanswered): void => {
    heard.push(what);
  };
  return { deps: { ...deps, unanswered }, heard: heard as readonly Unanswered[] };
}

/** At most three reasons in the systems' own words, each one line without secrets; what was said twice is said once. */
export function unansweredReasons(heard: readonly Unanswered[]): readonly Reason[] {
  const texts = heard.map(
    ({ call, fault, message }) => `${call} could not be read: ${inWords(fault, message)}`,
  );
  return [...new Set(texts)].slice(0, MOST).map((text) => ({ code: 'NO_ANSWER', text }));
}

/** Why a search for a candidate could not be read to its end; none where it was. */
export function unreadReasons(
  { current, search }: Pick<ChooseCandidateInputs, 'current' | 'search'>,
  heard: readonly Unanswered[],
): readonly Reason[] {
  if (search.ended !== 'unreadable') return [];
  if (current !== '') return unansweredReasons(heard);
  return [{ code: 'NO_ANSWER', text: 'the newest reading names no revision whose ancestors could be read' }];
}

/** A fault as people read it: its name and its message, redacted and at most 300 characters. */
export function inWords(fault: string, message: string): string {
  const text = failureText(message);
  return text === null ? fault : `${fault}: ${text}`;
}

/** Reasons as one line of at most 300 characters; undefined where there is none. */
export function oneLine(reasons: readonly Reason[]): string | undefined {
  return failureText(reasons.map(({ text }) => text).join('; ')) ?? undefined;
}
