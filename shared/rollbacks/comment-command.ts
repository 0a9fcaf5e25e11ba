/** What a comment under a rollback pull request, or under an escalation issue, orders. */
export type Command = {
  readonly word: 'APPROVE' | 'ABORT' | 'MANUAL';
  readonly overrides: readonly string[];
  readonly reason: string;
};

const COMMAND = /^(APPROVE|ABORT|MANUAL)\b[ \t]*(.*)$/;
const INVARIANT = /^(I[1-8])[,\s]*/;
const MAX_REASON = 500;

/**
 * The command in the first line of a comment, in capitals, as `APPROVE I3 I5 the replicas are a known fault`; undefined
 * when it is talk. Words after the command that name invariants are what an approval overrides, the rest is the reason.
 */
export function commandIn(body: string): Command | undefined {
  const found = COMMAND.exec(body.split(/\r?\n/)[0]?.trim() ?? '');
  if (found === null) return undefined;
  const word = found[1] as Command['word'];
  const overrides: string[] = [];
  let rest = found[2] ?? '';
  for (let named = INVARIANT.exec(rest); named?.[1] !== undefined; named = INVARIANT.exec(rest)) {
    overrides.push(named[1]);
    rest = rest.slice(named[0].length);
  }
  const reason = rest.trim().slice(0, MAX_REASON);
  return { word, overrides, reason: reason === '' ? `${word} by a comment` : reason };
}
