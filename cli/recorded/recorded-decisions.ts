import * as z from 'zod';
import type { DecideDeploymentInputs } from '../../shared/deployments/rules/decide-deployment.ts';
import type { WeighInputs } from '../../shared/deployments/rules/weigh-deployment.ts';
import { cliError, EXIT } from '../command.ts';
import { type Api, everyPage } from '../http.ts';

const has = (names: readonly string[]) => (value: unknown) =>
  typeof value === 'object' && value !== null && names.every((name) => Object.hasOwn(value, name));

/** Inputs as a rule left them in a decision: whole, so that their names are enough to know them by. */
const Weighed = z.looseObject({
  rule: z.looseObject({ name: z.literal('weigh-deployment') }),
  inputs: z.custom<WeighInputs>(has(['find', 'risk']), 'are not those of weigh-deployment'),
});
const Decided = z.looseObject({
  rule: z.looseObject({ name: z.literal('decide-deployment') }),
  inputs: z.custom<DecideDeploymentInputs>(
    has(['policies', 'autonomy', 'killSwitch', 'condemned', 'retry', 'approval']),
    'are not those of decide-deployment',
  ),
});
const Named = z.looseObject({ kind: z.string(), id: z.string(), rev: z.int() });
const Listed = z.union([
  z.array(Named),
  z.looseObject({ items: z.array(Named) }).transform(({ items }) => items),
]);

export type RecordedDeployment = {
  readonly id: string;
  readonly weighed: WeighInputs | undefined;
  /** Oldest first: the second is what followed an answer. */
  readonly decided: readonly { readonly rev: number; readonly inputs: DecideDeploymentInputs }[];
};

const Head = z.looseObject({
  id: z.string(),
  createdAt: z.string(),
  state: z.looseObject({ kind: z.string() }),
  risk: z.looseObject({ score: z.string() }).optional(),
  verdict: z.literal('condemned').optional(),
});
export type DeploymentHead = z.infer<typeof Head>;

/** Deployments that were asked for since a time, oldest first. */
export async function deploymentsSince(
  call: Api,
  since: string | undefined,
): Promise<readonly DeploymentHead[]> {
  const all = await everyPage(call, '/v1/deployments', Head);
  const from = since === undefined ? Number.NEGATIVE_INFINITY : Date.parse(since);
  return all
    .filter(({ createdAt }) => Date.parse(createdAt) >= from)
    .toSorted((one, other) => (one.createdAt < other.createdAt ? -1 : 1));
}

/** What was recorded of one deployment. */
export async function recordedOf(call: Api, id: string): Promise<RecordedDeployment> {
  const items = await call('GET', `/v1/deployments/${encodeURIComponent(id)}/decisions`);
  return recordedIn(items)[0] ?? { id, weighed: undefined, decided: [] };
}

/**
 * The deployments of a document: what `GET /v1/deployments/{id}/decisions` answers, or a list of decisions, of as many
 * deployments as one likes. Decisions of other kinds and erased ones are left out. Throws a usage error that names the field.
 */
export function recordedIn(document: unknown): readonly RecordedDeployment[] {
  const read = Listed.safeParse(document);
  if (!read.success) throw cliError(`the decisions: ${z.prettifyError(read.error)}`, EXIT.usage);
  const decisions = read.data.filter(({ kind }) => kind === 'deployment').toSorted((a, b) => a.rev - b.rev);
  return [...new Set(decisions.map(({ id }) => id))].map((id) => {
    const own = decisions.filter((each) => each.id === id);
    return {
      id,
      weighed: own.flatMap((each) => matching(Weighed, each)).at(-1)?.inputs,
      decided: own.flatMap((each) =>
        matching(Decided, each).map(({ inputs }) => ({ rev: each.rev, inputs })),
      ),
    };
  });
}

function matching<T>(schema: z.ZodType<T>, decision: unknown): readonly T[] {
  const read = schema.safeParse(decision);
  return read.success ? [read.data] : [];
}
