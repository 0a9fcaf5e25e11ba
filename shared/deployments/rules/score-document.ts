import * as z from 'zod';
import { decimal, parse } from '../../kernel/index.ts';
import { ChangeFacts, PastDeployment, tierOf } from './facts.ts';
import { failureEvidence } from './failure-history.ts';
import { findSimilar, nearEnough } from './find-similar.ts';
import { GenopsCase } from './genops/case.ts';
import type { AssessRiskInputs } from './risk-assessment.ts';

const Name = z.string().min(1).max(200);
const Names = z.array(Name).max(1000).default([]);
const Weight = z.number().min(0, 'must not be negative').max(1, 'must be at most 1');
const Time = z.iso.datetime({ offset: true, error: 'must be a time such as 2026-11-20T14:00:00Z' });

/** What a document need not say, at its worst: left out, nothing weighs less for it. */
const WORST = { irreversible: true, infrastructure: true, checks: 'failure' } as const;
const UNSAID = [
  'irreversible',
  'infrastructure',
  'checks',
] as const satisfies readonly (keyof typeof WORST)[];

const ScoreDocument = z.strictObject({
  profile: z.literal('holdfast', 'must be "holdfast" or "genops-v1"').exactOptional(),
  service: z.strictObject({
    name: Name,
    tier: z.union([z.int().min(1).max(4), z.enum(['critical', 'high', 'medium', 'low'])], {
      error: 'must be 1 to 4, or critical, high, medium or low',
    }),
    /** Services it calls, and services that call it: their deployments count as those of neighbours. */
    dependencies: Names,
    dependents: Names,
    /** Other services of its tier, whose failures are where its own history starts from. */
    peers: Names,
    /** What is left of its error budget, 1 = all; absent or null = nobody measures it. */
    budget: z.number().max(1, 'must be at most 1 (all of it)').nullable().default(null),
  }),
  change: ChangeFacts.extend({
    dataClasses: ChangeFacts.shape.dataClasses.default([]),
    text: ChangeFacts.shape.text.default(''),
    irreversible: ChangeFacts.shape.irreversible.exactOptional(),
    infrastructure: ChangeFacts.shape.infrastructure.exactOptional(),
    checks: ChangeFacts.shape.checks.exactOptional(),
  }),
  environment: Name.exactOptional(),
  history: z.array(PastDeployment).max(100_000).default([]),
  at: Time.exactOptional(),
  zone: z.string().min(1).max(100).default('UTC'),
  weights: z
    .strictObject({
      service_tier: Weight,
      service_health: Weight,
      historical_failure: Weight,
      blast_radius: Weight,
      change_complexity: Weight,
      timing: Weight,
    })
    .refine(
      (weights) => Math.abs(Object.values(weights).reduce((sum, each) => sum + each, 0) - 1) < 1e-9,
      'must sum to 1',
    )
    .exactOptional(),
});

type ScoreInputs = {
  readonly inputs: AssessRiskInputs;
  /** A reason for each fact that the document does not say and that is taken at its worst. */
  readonly assumed: readonly { readonly code: 'ASSUMED'; readonly text: string }[];
};

/**
 * The inputs of `assess-risk` from a document that holds the whole past: `{service, change, history?, at?, zone?, ...}`.
 * `now` stands for `at` where the document names no time. Throws Fault('InvalidInput') that names the field.
 */
export function readScoreDocument(document: unknown, now: string): ScoreInputs {
  const read = parse(ScoreDocument, document, 'the document');
  const assumed = UNSAID.filter((name) => read.change[name] === undefined).map((name) => ({
    code: 'ASSUMED' as const,
    text: `change.${name} is not said: it is taken at its worst, ${WORST[name]}`,
  }));
  return { inputs: inputsOf(read, now), assumed };
}

function inputsOf(
  { service, change: said, history, zone, ...rest }: z.infer<typeof ScoreDocument>,
  now: string,
): AssessRiskInputs {
  const change = { ...WORST, ...said };
  const at = rest.at ?? now;
  const scope = rest.environment === undefined ? {} : { environment: rest.environment };
  const asked = {
    query: { service: service.name, ...scope, change },
    past: history,
    neighbours: [
      ...service.dependencies.map((each) => ({ service: each, relation: 'dependency' as const })),
      ...service.dependents.map((each) => ({ service: each, relation: 'dependent' as const })),
    ],
    now: at,
  };
  const { weights } = rest;
  return {
    service: {
      name: service.name,
      tier: tierOf(service.tier),
      dependencies: service.dependencies.length,
      dependents: service.dependents.length,
    },
    change,
    similar: findSimilar.decide({ ...asked, past: nearEnough(asked) }),
    history: failureEvidence({
      past: history,
      service: service.name,
      peers: service.peers,
      ...scope,
      now: at,
    }),
    budget: service.budget === null ? null : decimal(service.budget),
    at,
    zone,
    ...(weights !== undefined && {
      weights: {
        service_tier: decimal(weights.service_tier),
        service_health: decimal(weights.service_health),
        historical_failure: decimal(weights.historical_failure),
        blast_radius: decimal(weights.blast_radius),
        change_complexity: decimal(weights.change_complexity),
        timing: decimal(weights.timing),
      },
    }),
  };
}

/** The `input` of a risk case of the seed. Throws Fault('InvalidInput') that names the field. */
export function readGenopsCase(document: unknown): GenopsCase {
  return parse(GenopsCase, document, 'the document');
}

const Share = z.number().min(0, 'must be from 0 to 1').max(1, 'must be from 0 to 1');
const Factors = z.strictObject({
  service_tier: Share,
  service_health: Share,
  historical_failure: Share,
  blast_radius: Share,
  change_complexity: Share,
  timing: Share,
});

const Foretold = z.union([
  Share,
  z
    .string()
    .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/, 'must be from 0 to 1')
    .transform(Number),
]);

const Pairs = z
  .array(
    z.strictObject({
      score: Foretold,
      outcome: z.union(
        [
          z.literal([0, 1]),
          z.boolean().transform((failed) => (failed ? (1 as const) : (0 as const))),
          z
            .enum(['succeeded', 'rolled-back', 'failed'])
            .transform((each) => (each === 'succeeded' ? (0 as const) : (1 as const))),
        ],
        { error: 'must be 0 or 1 (1 = it failed), or succeeded, rolled-back or failed' },
      ),
      /** Where every one has them, weights are proposed. */
      factors: Factors.exactOptional(),
      /** Of failure, as the posterior of its class of change and as the map of that time had it. */
      probability: Foretold.exactOptional(),
      calibrated: Foretold.exactOptional(),
    }),
  )
  .min(2, 'must hold at least two outcomes');

/** `[{score, outcome, factors?, probability?, calibrated?}]` in the order of time. Throws Fault('InvalidInput') that names the field. */
export function readScoredOutcomes(document: unknown) {
  return parse(Pairs, document, 'the document');
}
