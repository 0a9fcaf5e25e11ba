import { assessRisk } from '../shared/deployments/rules/assess-risk.ts';
import type { PastDeployment } from '../shared/deployments/rules/facts.ts';
import { failureEvidence } from '../shared/deployments/rules/failure-history.ts';
import { findSimilar, nearEnough } from '../shared/deployments/rules/find-similar.ts';
import { genopsRetrieve } from '../shared/deployments/rules/genops/retrieval.ts';
import { LABELLED_NOW, type Labelled, neighboursOf, type Question, readLabelled } from './labelled.ts';
import { type Bench, held, type Measured, type Row } from './result.ts';
import { median, percentile } from './statistics.ts';

const PAST = 5000;
const DECISIONS = 400;
const WARM_UP = 40;
const DAY_MS = 86_400_000;

export const retrievalBench: Bench = {
  name: 'retrieval',
  summary:
    'Similar past deployments on a set labelled by hand, and how long a decision (retrieval, history, risk) takes over 5,000 past deployments.',
  run: async () => measure(),
};

function measure(): Measured {
  const labelled = readLabelled();
  const { past, questions } = labelled;
  const answers = questions.map((question) => ({ question, ids: cited(labelled, question) }));
  const seen = answers.filter((_, index) => index % 2 === 0);
  const unseen = answers.filter((_, index) => index % 2 === 1);
  const structure = questions.map((question) => ({ question, ids: byStructure(labelled, question) }));
  const decisions = timed(labelled);
  return {
    rows: [
      { measure: 'labelled questions', value: questions.length, unit: '' },
      ...rowsOf('held-out half', unseen),
      ...rowsOf('half used for tuning', seen),
      ...rowsOf('all, by structure alone as genops-v1', structure),
      held(
        { measure: 'one decision at 5,000 past, p50', value: hundredth(median(decisions)), unit: 'ms' },
        { below: 20 },
      ),
      {
        measure: 'one decision at 5,000 past, p99',
        value: hundredth(percentile(decisions, 0.99)),
        unit: 'ms',
      },
    ],
    samples: { decisionMs: decisions },
    details: answers.map(({ question, ids }) => ({
      ...{ service: question.service, text: question.change.text },
      ...{ cited: ids, relevant: [...question.relevant] },
    })),
    notes: [
      `${past.length} past deployments of ${new Set(past.map(({ service }) => service)).size} services under ${questions.length} questions (bench/labelled-deployments.txt): written and labelled by one author, before the weights were chosen. Most subjects have three past deployments, so recall and precision@3 are bounded by what three can be; facts such as "migration" often go with the subject, which flatters structure.`,
      'hit@k: a question with a precedent has a relevant one among its first k. precision@3: the relevant share of three places, empty places counted as wrong. cited: the relevant share of all that is cited. Questions without a precedent are right when nothing is cited.',
      `A decision: choosing what is near enough of ${PAST}, retrieval with its text index built anew, the history of the service and its peers, the risk score; ${DECISIONS} decisions after ${WARM_UP} of warm-up, in one process.`,
    ],
  };
}

type Answer = { readonly question: Question; readonly ids: readonly string[] };

function cited({ past }: Labelled, { service, change }: Question): readonly string[] {
  const inputs = { query: { service, change }, past, neighbours: neighboursOf(service), now: LABELLED_NOW };
  return findSimilar.decide(inputs).similar.map(({ id }) => id);
}

function byStructure({ past }: Labelled, { service, change }: Question): readonly string[] {
  const shape = (name: string, each: typeof change) => ({
    ...{ service_id: name, change_size_lines: each.lines },
    ...{ has_db_migration: each.migration, has_config_change: each.config },
  });
  const corpus = past.map((each) => ({
    ...{ id: each.id, succeeded: each.outcome === 'succeeded' },
    age_days: (Date.parse(LABELLED_NOW) - Date.parse(each.at)) / DAY_MS,
    ...shape(each.service, each.change),
  }));
  return genopsRetrieve(shape(service, change), corpus).ids;
}

function rowsOf(what: string, answers: readonly Answer[]): readonly Row[] {
  const known = answers.filter(({ question }) => question.relevant.size > 0);
  const unknown = answers.filter(({ question }) => question.relevant.size === 0);
  const right = known.map(({ question, ids }) => ids.map((id) => question.relevant.has(id)));
  const total = (of: (answer: readonly boolean[]) => number) =>
    right.reduce((sum, answer) => sum + of(answer), 0);
  const hits = (answer: readonly boolean[]) => answer.filter(Boolean).length;
  const share = (part: number, whole: number) => (whole === 0 ? 0 : hundredth(part / whole));
  const relevant = known.reduce((sum, { question }) => sum + question.relevant.size, 0);
  const first = (k: number) => total((answer) => Number(answer.slice(0, k).includes(true)));
  return [
    { measure: `${what} (${known.length}): hit@1`, value: share(first(1), known.length), unit: '' },
    { measure: `${what}: hit@3`, value: share(first(3), known.length), unit: '' },
    {
      measure: `${what}: precision@3`,
      value: share(
        total((answer) => hits(answer.slice(0, 3))),
        3 * known.length,
      ),
      unit: '',
    },
    {
      measure: `${what}: cited that are relevant`,
      value: share(
        total(hits),
        total((answer) => answer.length),
      ),
      unit: '',
    },
    { measure: `${what}: recall of the relevant`, value: share(total(hits), relevant), unit: '' },
    {
      measure: `${what}: nothing cited where there is no precedent`,
      value: `${unknown.filter(({ ids }) => ids.length === 0).length} of ${unknown.length}`,
      unit: '',
    },
  ];
}

/** Milliseconds of each decision over the labelled past, repeated with other ages and sizes until there are 5,000. */
function timed({ past: few, questions }: Labelled): readonly number[] {
  const past = Array.from({ length: PAST }, (_, index): PastDeployment => {
    const round = Math.floor(index / few.length);
    const one = few[index % few.length];
    if (one === undefined) throw new Error('the labelled set is empty');
    const at = new Date(Date.parse(one.at) - round * 4 * DAY_MS).toISOString();
    const lines = one.change.lines + ((round * 37) % 300);
    return { ...one, id: `${one.id}_${round}`, at, change: { ...one.change, lines } };
  });
  const peers = ['payments', 'orders', 'accounts'];
  const samples = Array.from({ length: WARM_UP + DECISIONS }, (_, index) => {
    const question = questions[index % questions.length];
    if (question === undefined) throw new Error('there are no questions');
    const started = performance.now();
    decide(question, past, peers);
    return performance.now() - started;
  });
  return samples.slice(WARM_UP);
}

function decide(
  { service, change }: Question,
  past: readonly PastDeployment[],
  peers: readonly string[],
): string {
  const neighbours = neighboursOf(service);
  const asked = { query: { service, change }, past, neighbours, now: LABELLED_NOW };
  const facts = { irreversible: false, infrastructure: false, dataClasses: [], checks: 'success' as const };
  return assessRisk.decide({
    service: { name: service, tier: 2, dependencies: 2, dependents: 3 },
    change: { ...change, ...facts },
    similar: findSimilar.decide({ ...asked, past: nearEnough(asked) }),
    history: failureEvidence({ past, service, peers, now: LABELLED_NOW }),
    ...{ budget: '0.7', at: LABELLED_NOW, zone: 'UTC' },
  }).score;
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}
