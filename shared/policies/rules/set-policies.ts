import { canonicalJson, rule } from '../../kernel/index.ts';
import type { PolicySetDocument } from '../contract.ts';

export type SetPoliciesInputs = {
  readonly before: PolicySetDocument;
  readonly document: PolicySetDocument;
};
type Change = {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
};
export type SetPoliciesOutcome = {
  readonly policies: Change;
  readonly calendars: Change;
  readonly exceptions: Change;
  readonly compliance: boolean;
};

/** What a new set changes, by ids in alphabetical order. */
export const setPolicies = rule(
  'set-policies',
  1,
  ({ before, document }: SetPoliciesInputs): SetPoliciesOutcome => ({
    policies: changeOf(byId(before.policies), byId(document.policies)),
    calendars: changeOf(before.calendars, document.calendars),
    exceptions: changeOf(byId(before.exceptions), byId(document.exceptions)),
    compliance: canonicalJson(before.compliance) !== canonicalJson(document.compliance),
  }),
);

type Named = Readonly<Record<string, unknown>>;

function byId(items: readonly { readonly id: string }[]): Named {
  return Object.fromEntries(items.map((item) => [item.id, item]));
}

function changeOf(before: Named, after: Named): Change {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const had = (name: string) => Object.hasOwn(before, name);
  const has = (name: string) => Object.hasOwn(after, name);
  return {
    added: names.filter((name) => !had(name)),
    removed: names.filter((name) => !has(name)),
    changed: names.filter(
      (name) => had(name) && has(name) && canonicalJson(before[name]) !== canonicalJson(after[name]),
    ),
  };
}
