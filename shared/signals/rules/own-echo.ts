import { rule } from '../../kernel/index.ts';
import type { SignalSource } from '../contract.ts';

/** What branches of our pull requests begin with, as `shared/rollbacks` names them. */
const OWN_BRANCH = /^(?:refs\/heads\/)?rollback\//;
/** An App that is set up as docs/integrations/github.md says: its login is its name and `[bot]`. */
const OWN_LOGIN = /^holdfast(?:-[a-z0-9-]+)?\[bot\]$/;
/** An attempt's id is the correlation id of everything it does. */
const OWN_ID = /^rbk_[0-9A-HJKMNP-TV-Z]{26}$/;

const BRANCH_LABELS = ['branch', 'ref'];
const ACTOR_LABELS = ['sender', 'creator'];
const CORRELATION_LABELS = ['correlationId', 'correlation_id', 'holdfast_correlation'];

/**
 * Whether a signal tells of something that Holdfast did: our App's login or our branch at the forge, or the id of an
 * attempt as its correlation label, whoever sends it. Such a signal never opens a rollback, or they would chase each other.
 */
export const ownEcho = rule(
  'own-echo',
  1,
  ({
    source,
    labels,
  }: {
    readonly source: SignalSource;
    readonly labels: Readonly<Record<string, string>>;
  }) => {
    if (correlationOf(labels) !== undefined) return true;
    return (
      source === 'github' &&
      (anyOf(labels, BRANCH_LABELS, OWN_BRANCH) || anyOf(labels, ACTOR_LABELS, OWN_LOGIN))
    );
  },
);

/** The attempt that a signal says it comes from. */
export function correlationOf(labels: Readonly<Record<string, string>>): string | undefined {
  return CORRELATION_LABELS.map((name) => labels[name]).find(
    (value) => value !== undefined && OWN_ID.test(value),
  );
}

function anyOf(labels: Readonly<Record<string, string>>, names: readonly string[], pattern: RegExp): boolean {
  return names.some((name) => pattern.test(labels[name] ?? ''));
}
