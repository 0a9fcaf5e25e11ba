/**
 * A pure rule: the same inputs give the same outcome, byte for byte, for ever. Time is an input.
 * When the behaviour changes, the old file stays as `<name>.v<N>.ts` and keeps its version.
 */
export type Rule<Inputs = unknown, Outcome = unknown> = {
  readonly name: string;
  readonly version: number;
  readonly decide: (inputs: Inputs) => Outcome;
};

/** A rule whose types are no longer known: as it comes back from the ledger for replay. */
export type AnyRule = {
  readonly name: string;
  readonly version: number;
  readonly decide: (inputs: never) => unknown;
};

/** Names a rule. The name and version stand in every decision the rule takes. */
export function rule<Inputs, Outcome>(
  name: string,
  version: number,
  decide: (inputs: Inputs) => Outcome,
): Rule<Inputs, Outcome> {
  return { name, version, decide };
}
