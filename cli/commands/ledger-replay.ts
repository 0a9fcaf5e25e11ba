import { Buffer } from 'node:buffer';
import * as z from 'zod';
import { canonicalJson, commitmentOf, type Decision } from '../../shared/kernel/index.ts';
import { CAPABILITY_OF_KIND, LEDGER_KIND_PREFIX } from '../../shared/ledger/contract.ts';
import { readEntry } from '../../shared/ledger/read-entry.ts';
import { replayDecision } from '../../shared/ledger/replay.ts';
import { type Command, cliError, EXIT } from '../command.ts';
import { type Api, api, everyPage, hasStatus } from '../http.ts';
import { paint } from '../io.ts';
import { holeChecker, nameOf, type SealedEntries } from '../ledger-holes.ts';
import { REPLAYED_RULES } from '../replayed-rules.ts';
import { allEntries } from './ledger-verify.ts';

const Listed = z.object({ kind: z.string(), id: z.string(), rev: z.int() });
/** `rev` of its head, where it is known. */
type Subject = { readonly kind: string; readonly id: string; readonly rev?: number };
const Recorded = z.looseObject({
  kind: z.string(),
  id: z.string(),
  rev: z.int(),
  erased: z.literal(true).optional(),
  seal: z.object({ commitment: z.string(), salt: z.string() }).optional(),
});

/** Kinds of which there is one subject: its route names no id. */
const SINGLES: Readonly<Record<string, string>> = {
  autonomy: 'autonomy',
  people: 'people',
  policy: 'policies',
};

type Recorded = z.infer<typeof Recorded>;
const MISSING = 'its envelope is missing: the ledger or a later decision names it, and it is not there';

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
  /** Subjects that this caller may not see. */
  readonly hidden: readonly string[];
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
    for (const subject of report.hidden) io.say(`${subject}: not replayed, your role may not see it`);
    for (const finding of report.findings)
      io.out(paint(io, 'red', `${finding.kind} ${finding.id} rev ${finding.rev}: ${finding.problem}`));
    io.out(
      `${report.identical} of ${report.decisions} decisions replayed to the same bytes${report.erased > 0 ? `; ${report.erased} erased` : ''}`,
    );
    return report.findings.length === 0 ? EXIT.yes : EXIT.no;
  },
};

/**
 * Replays over the API: rule, outcome bytes, commitment, and the ledger's own copy of the commitment. What the ledger or
 * a head names and the API does not show is a finding; a missing payload is one unless its erasure stands in the ledger.
 */
export async function replayOverApi(call: Api, only?: Subject): Promise<ReplayReport> {
  const listed = only === undefined ? await everyPage(call, '/v1/ledger/subjects', Listed) : [only];
  const sealed = await sealedEntries(call);
  const whyMissing = holeChecker(call, sealed);
  const findings: ReplayFinding[] = [];
  let decisions = 0;
  const hidden: string[] = [];
  let erased = 0;
  for (const subject of withUnlisted(listed, sealed, only)) {
    const shown = await decisionsOf(call, subject).catch((thrown: unknown) => {
      if (hasStatus(thrown, 404) && sealed.has(`${subject.kind}/${subject.id}/1`)) return [];
      // who is who is the admins' to see: the others replay all else, and are told so
      if (only === undefined && hasStatus(thrown, 403)) return undefined;
      throw thrown;
    });
    if (shown === undefined) {
      hidden.push(`${subject.kind} ${subject.id}`);
      continue;
    }
    decisions += shown.length;
    const judged = await judge(shown, sealed, whyMissing);
    erased += judged.erased;
    findings.push(...judged.findings, ...missingOf(subject, shown, sealed));
  }
  const wrong = findings.filter(({ problem }) => problem !== MISSING).length;
  return { decisions, identical: decisions - erased - wrong, erased, hidden, findings };
}

async function judge(
  shown: readonly Recorded[],
  sealed: SealedEntries,
  whyMissing: ReturnType<typeof holeChecker>,
): Promise<Pick<ReplayReport, 'erased' | 'findings'>> {
  const findings: ReplayFinding[] = [];
  let erased = 0;
  for (const recorded of shown) {
    const hole = recorded.erased === true;
    const problem = hole ? await whyMissing(recorded) : problemOf(recorded, sealed);
    if (problem !== undefined) findings.push({ ...keyOf(recorded), problem });
    else if (hole) erased += 1;
  }
  return { erased, findings };
}

async function decisionsOf(call: Api, subject: Subject): Promise<readonly Recorded[]> {
  const single = Object.hasOwn(SINGLES, subject.kind) ? SINGLES[subject.kind] : undefined;
  const path =
    single !== undefined
      ? `/v1/${single}/decisions`
      : `/v1/${collectionOf(subject.kind)}/${encodeURIComponent(subject.id)}/decisions`;
  return z.looseObject({ items: z.array(Recorded) }).parse(await call('GET', path)).items;
}

function collectionOf(kind: string): string {
  const known: Readonly<Record<string, string>> = CAPABILITY_OF_KIND;
  const collection = known[kind];
  if (collection === undefined) throw cliError(`there is no kind of subject ${kind}`, EXIT.usage);
  return collection;
}

async function sealedEntries(call: Api): Promise<SealedEntries> {
  const { size } = z.looseObject({ size: z.int() }).parse(await call('GET', '/v1/ledger/head'));
  const entries = (await allEntries(call, size)).map(readEntry);
  return new Map(
    entries.flatMap((found) =>
      typeof found === 'string' ? [] : [[nameOf(found.entry), found.entry] as const],
    ),
  );
}

/** The listed subjects, then those that stand in the ledger alone: they are younger than the list, or their head is gone. */
function withUnlisted(
  listed: readonly Subject[],
  sealed: SealedEntries,
  only: Subject | undefined,
): readonly Subject[] {
  if (only !== undefined) return listed;
  const known = new Set(listed.map(({ kind, id }) => `${kind}/${id}`));
  const others = new Set([...sealed.keys()].map((key) => key.slice(0, key.lastIndexOf('/'))));
  const unlisted = [...others].filter((name) => !known.has(name) && !name.startsWith(LEDGER_KIND_PREFIX));
  return [...listed, ...unlisted.map(subjectNamed)];
}

function subjectNamed(name: string): Subject {
  const at = name.indexOf('/');
  return { kind: name.slice(0, at), id: name.slice(at + 1) };
}

/** The revs up to the head's, and those in the ledger, that the API does not show. */
function missingOf(
  { kind, id, rev = 0 }: Subject,
  shown: readonly Recorded[],
  sealed: SealedEntries,
): readonly ReplayFinding[] {
  const there = new Set(shown.map((each) => each.rev));
  let last = Math.max(rev, 0, ...there);
  while (sealed.has(`${kind}/${id}/${last + 1}`)) last += 1;
  const revs = Array.from({ length: last }, (_, index) => index + 1);
  return revs.filter((each) => !there.has(each)).map((each) => ({ kind, id, rev: each, problem: MISSING }));
}

function keyOf({ kind, id, rev }: Recorded) {
  return { kind, id, rev };
}

function problemOf(recorded: Recorded, sealed: SealedEntries): string | undefined {
  const { seal, erased: _erased, ...rest } = recorded;
  if (seal === undefined) return 'the decision carries no seal';
  const decision = rest as unknown as Decision;
  if (commitmentOf(Buffer.from(seal.salt, 'hex'), canonicalJson(decision)) !== seal.commitment)
    return 'its bytes are not what was committed to';
  const entry = sealed.get(nameOf(recorded));
  if (entry === undefined) return 'it is not sealed in the ledger';
  if (entry.commitment !== seal.commitment) return 'the ledger committed to something else';
  const replay = replayDecision(decision, (name, version) =>
    REPLAYED_RULES.find((rule) => rule.name === name && rule.version === version),
  );
  if (replay.kind === 'unknown-rule') return `the rule ${replay.name} v${replay.version} is not known`;
  return replay.kind === 'differs'
    ? `the rule now answers ${replay.computed}, recorded was ${replay.recorded}`
    : undefined;
}
