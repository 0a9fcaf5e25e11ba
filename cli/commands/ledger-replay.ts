import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { approvalRules } from '../../shared/approvals/rules/index.ts';
import { type AnyRule, canonicalJson, commitmentOf, type Decision } from '../../shared/kernel/index.ts';
import { CAPABILITY_OF_KIND } from '../../shared/ledger/contract.ts';
import { readEntry } from '../../shared/ledger/read-entry.ts';
import { replayDecision } from '../../shared/ledger/replay.ts';
import { rollbackRules } from '../../shared/rollbacks/rules/index.ts';
import { serviceRules } from '../../shared/services/rules/index.ts';
import { type Command, cliError, EXIT } from '../command.ts';
import { type Api, api, everyPage } from '../http.ts';
import { paint } from '../io.ts';
import { allEntries } from './ledger-verify.ts';

const RULES: readonly AnyRule[] = [...rollbackRules, ...approvalRules, ...serviceRules];
const Subject = z.object({ kind: z.string(), id: z.string(), rev: z.int() });
const Recorded = z.looseObject({
  kind: z.string(),
  id: z.string(),
  rev: z.int(),
  erased: z.literal(true).optional(),
  seal: z.object({ commitment: z.string(), salt: z.string() }).optional(),
});

export type ReplayFinding = {
  readonly kind: string;
  readonly id: string;
  readonly rev: number;
  readonly problem: string;
};
export type ReplayReport = {
  readonly decisions: number;
  readonly identical: number;
  readonly erased: number;
  readonly findings: readonly ReplayFinding[];
};

export const ledgerReplayCommand: Command = {
  name: 'ledger replay',
  summary:
    'Computes every decision (or those of one subject) again from its recorded inputs and compares the bytes, and each decision with what the ledger committed to.',
  args: '[KIND ID]',
  example: 'holdfast ledger replay rollback rbk_01JD...',
  run: async (positionals, _options, io) => {
    const [kind, id] = positionals;
    if ((kind === undefined) !== (id === undefined))
      throw cliError('name both KIND and ID, or neither', EXIT.usage);
    const report = await replayOverApi(
      api(),
      kind === undefined || id === undefined ? undefined : { kind, id },
    );
    io.document(report);
    for (const finding of report.findings)
      io.out(paint(io, 'red', `${finding.kind} ${finding.id} rev ${finding.rev}: ${finding.problem}`));
    io.out(
      `${report.identical} of ${report.decisions} decisions replayed to the same bytes${report.erased > 0 ? `; ${report.erased} erased` : ''}`,
    );
    return report.findings.length === 0 ? EXIT.yes : EXIT.no;
  },
};

/** Replays over the API: rule, outcome bytes, commitment, and the ledger's own copy of the commitment. */
export async function replayOverApi(
  call: Api,
  only?: { readonly kind: string; readonly id: string },
): Promise<ReplayReport> {
  const subjects = only === undefined ? await everyPage(call, '/v1/ledger/subjects', Subject) : [only];
  const sealed = await sealedCommitments(call);
  const findings: ReplayFinding[] = [];
  let decisions = 0;
  let erased = 0;
  for (const subject of subjects) {
    for (const recorded of await decisionsOf(call, subject)) {
      decisions += 1;
      if (recorded.erased === true) {
        erased += 1;
        continue;
      }
      const problem = problemOf(recorded, sealed);
      if (problem !== undefined)
        findings.push({ kind: recorded.kind, id: recorded.id, rev: recorded.rev, problem });
    }
  }
  return { decisions, identical: decisions - erased - findings.length, erased, findings };
}

async function decisionsOf(call: Api, subject: { readonly kind: string; readonly id: string }) {
  const collection = collectionOf(subject.kind);
  const path =
    subject.kind === 'autonomy'
      ? '/v1/autonomy/decisions'
      : `/v1/${collection}/${encodeURIComponent(subject.id)}/decisions`;
  return z.looseObject({ items: z.array(Recorded) }).parse(await call('GET', path)).items;
}

function collectionOf(kind: string): string {
  const known: Readonly<Record<string, string>> = CAPABILITY_OF_KIND;
  const collection = known[kind];
  if (collection === undefined) throw cliError(`there is no kind of subject ${kind}`, EXIT.usage);
  return collection;
}

/** Commitments as the ledger's entries carry them, by `<kind>/<id>/<rev>`. */
async function sealedCommitments(call: Api): Promise<ReadonlyMap<string, string>> {
  const { size } = z.looseObject({ size: z.int() }).parse(await call('GET', '/v1/ledger/head'));
  const entries = (await allEntries(call, size)).map(readEntry);
  return new Map(
    entries.flatMap((found) =>
      typeof found === 'string'
        ? []
        : [[`${found.entry.kind}/${found.entry.id}/${found.entry.rev}`, found.entry.commitment] as const],
    ),
  );
}

function problemOf(
  recorded: z.infer<typeof Recorded>,
  sealed: ReadonlyMap<string, string>,
): string | undefined {
  const { seal, erased: _erased, ...rest } = recorded;
  if (seal === undefined) return 'the decision carries no seal';
  const decision = rest as unknown as Decision;
  if (commitmentOf(Buffer.from(seal.salt, 'hex'), canonicalJson(decision)) !== seal.commitment)
    return 'its bytes are not what was committed to';
  const entry = sealed.get(`${recorded.kind}/${recorded.id}/${recorded.rev}`);
  if (entry === undefined) return 'it is not sealed in the ledger';
  if (entry !== seal.commitment) return 'the ledger committed to something else';
  const replay = replayDecision(decision, (name, version) =>
    RULES.find((rule) => rule.name === name && rule.version === version),
  );
  if (replay.kind === 'unknown-rule') return `the rule ${replay.name} v${replay.version} is not known`;
  return replay.kind === 'differs'
    ? `the rule now answers ${replay.computed}, recorded was ${replay.recorded}`
    : undefined;
}
