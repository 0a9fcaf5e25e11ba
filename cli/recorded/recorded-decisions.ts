import * as z from 'zod';
import type { DecideDeploymentInputs } from '../../shared/deployments/rules/decide-deployment.ts';
import type { WeighInputs } from '../../shared/deployments/rules/weigh-deployment.ts';
import { cliError, EXIT } from '../command.ts';
import { type Api, everyPage } from '../http.ts';

/** Inputs as a rule left them in a decision: whole, so that their names are enough to know them by. */
function inputsWith<T>(names: readonly string[]): z.ZodType<T> {
  const isObject = (value: unknown) => typeof value === 'object' && value !== null;
  return z.custom<T>(isObject, 'must be an object').superRefine((value, context) => {
    if (!isObject(value)) return;
    for (const name of names.filter((each) => !Object.hasOwn(value, each)))
      context.addIssue({ code: 'custom', path: [name], message: 'is missing' });
  });
}

const Ruled = z.looseObject({ rule: z.looseObject({ name: z.string() }) });
const Own = z.looseObject({ kind: z.literal('deployment', 'must be deployment') });
const Weighed = Own.extend({ inputs: inputsWith<WeighInputs>(['find', 'risk']) });
const Decided = Own.extend({
  inputs: inputsWith<DecideDeploymentInputs>([
    ...['policies', 'autonomy', 'killSwitch', 'condemned', 'retry', 'approval'],
  ]),
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
 * deployments as one likes. Decisions by other rules and erased ones are left out. Throws a usage error that names the field,
 * also of a decision by one of the two rules that cannot be read: it would be missing from whatever is said of all of them.
 */
export function recordedIn(document: unknown): readonly RecordedDeployment[] {
  const read = Listed.safeParse(document);
  if (!read.success) throw cliError(`the decisions: ${z.prettifyError(read.error)}`, EXIT.usage);
  const decisions = read.data.map((decision, index) => ({
    ...{ id: decision.id, rev: decision.rev, kind: decision.kind },
    weighed: matching('weigh-deployment', Weighed, decision, index)?.inputs,
    decided: matching('decide-deployment', Decided, decision, index)?.inputs,
  }));
  const own = decisions.filter(({ kind }) => kind === 'deployment').toSorted((a, b) => a.rev - b.rev);
  return [...new Set(own.map(({ id }) => id))].map((id) => {
    const of = own.filter((each) => each.id === id);
    return {
      id,
      weighed: of.findLast(({ weighed }) => weighed !== undefined)?.weighed,
      decided: of.flatMap(({ rev, decided }) => (decided === undefined ? [] : [{ rev, inputs: decided }])),
    };
  });
}

/** A decision by the rule of that name; undefined for one by another rule. Throws a usage error that names the field. */
function matching<T>(rule: string, schema: z.ZodType<T>, decision: unknown, index: number): T | undefined {
  const ruled = Ruled.safeParse(decision);
  if (!ruled.success || ruled.data.rule.name !== rule) return undefined;
  const read = schema.safeParse(decision);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const path = [`[${index}]`, ...(issue?.path ?? [])].map(String).join('.');
  throw cliError(`the decisions: ${path}: ${issue?.message}, in a decision by ${rule}`, EXIT.usage);
}
