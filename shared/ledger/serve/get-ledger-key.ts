/** The verifier keys of a ledger, a vkey on each line: what a checkpoint is checked with, not why to believe in it. */
export async function getLedgerKey(deps: {
  readonly verifierKeys: () => Promise<readonly string[]>;
}): Promise<string> {
  return `${(await deps.verifierKeys()).join('\n')}\n`;
}
