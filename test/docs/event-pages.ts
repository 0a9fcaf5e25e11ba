import * as z from 'zod';
import { STATES as DEPLOYMENT_STATES } from '../../shared/deployments/contract.ts';
import { TRANSITIONS as DEPLOYMENT_TRANSITIONS } from '../../shared/deployments/transitions.ts';
import { STATES as ROLLBACK_STATES } from '../../shared/rollbacks/contract.ts';
import { TRANSITIONS as ROLLBACK_TRANSITIONS } from '../../shared/rollbacks/transitions.ts';
import { STATES as ROLLOUT_STATES } from '../../shared/rollouts/contract.ts';
import { TRANSITIONS as ROLLOUT_TRANSITIONS } from '../../shared/rollouts/transitions.ts';
import { EVENT_TABLES, EventDetail } from '../support/event-tables.ts';

/** The part of JSON Schema that these schemas become. */
const JsonSchema = z.object({
  description: z.string().optional(),
  type: z.string().optional(),
  const: z.unknown().optional(),
  enum: z.array(z.string()).optional(),
  format: z.string().optional(),
  get anyOf() {
    return z.array(JsonSchema).optional();
  },
  get items() {
    return JsonSchema.optional();
  },
  get properties() {
    return z.record(z.string(), JsonSchema).optional();
  },
  required: z.array(z.string()).optional(),
});
type JsonSchema = z.infer<typeof JsonSchema>;

const MADE = '<!-- Made by `npm run docs:events` from the schemas in shared/. Not to be edited. -->';
const SOURCES: Readonly<Record<string, string>> = {
  'holdfast.rollbacks': 'The subject is an attempt at rolling a service back.',
  'holdfast.deployments': 'The subject is a deployment: one change to one service in one environment.',
  'holdfast.rollouts': 'The subject is a rollout: how the change of a deployment goes onto traffic.',
  'holdfast.policies': 'The subject is the one set of policies.',
  'holdfast.approvals': 'The subject is an approval; of PeopleSet the one list of people.',
  'holdfast.services':
    'The subject is a service of the registry, or the one autonomy table with the kill switch.',
};

function jsonSchema(schema: z.ZodType): JsonSchema {
  return JsonSchema.parse(z.toJSONSchema(schema));
}

function kindOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return schema.enum.map((each) => `\`${each}\``).join(', ');
  if (schema.items !== undefined) return `list of ${kindOf(schema.items)}`;
  return schema.format === 'date-time' ? 'time (ISO 8601)' : (schema.type ?? 'anything');
}

function rowsOf(schema: JsonSchema, prefix = ''): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const optional = schema.required?.includes(name) ? '' : ' (may be absent)';
    const path = `${prefix}${name}`;
    const row = `| \`${path}\`${optional} | ${kindOf(member)} | ${member.description ?? ''} |`;
    const inner = member.items?.properties === undefined ? member : member.items;
    return [row, ...rowsOf(inner, inner === member ? `${path}.` : `${path}[].`)];
  });
}

function tableOf(schema: JsonSchema): string {
  const rows = rowsOf(schema);
  return rows.length === 0 ? 'No fields.' : ['| field | value | |', '|---|---|---|', ...rows].join('\n');
}

function sectionOf(type: string, schema: z.ZodType, example: unknown): string {
  const json = jsonSchema(schema);
  const tables = (json.anyOf ?? [json]).map(tableOf).join('\n\nor\n\n');
  const text = JSON.stringify(example, null, 2);
  return `### ${type}\n${json.description}\n\n${tables}\n\n\`\`\`json\n${text}\n\`\`\``;
}

function sourceOf(source: string): string {
  const { schemas = {}, examples = {} } = EVENT_TABLES[source] ?? {};
  const sections = Object.entries(schemas).map(([type, schema]) => sectionOf(type, schema, examples[type]));
  return [`## ${source}`, SOURCES[source], ...sections].join('\n\n');
}

/** The page that says what is on the bus. */
export function eventsPage(): string {
  const counts = Object.entries(EVENT_TABLES).map(
    ([source, { schemas }]) => `${Object.keys(schemas).length} of ${source}`,
  );
  const parts = [
    MADE,
    '# Events on the bus',
    `${counts.join(', ')}. The detail-type of an event is its type; its detail has this form:`,
    tableOf(jsonSchema(EventDetail)),
    'No event names a person or carries what a person wrote. A delivery may come twice, and late. What leads from which ' +
      'state to which stands in [rollback-states.md](rollback-states.md).',
    ...Object.keys(EVENT_TABLES).map(sourceOf),
  ];
  return `${parts.join('\n\n')}\n`;
}

type Flow = {
  readonly title: string;
  /** What there is before the first transition. */
  readonly before: string;
  readonly states: readonly string[];
  readonly transitions: readonly { readonly from: string; readonly event: string; readonly to: string }[];
};

/** The state machines of the domain, by the source of their events. */
export const FLOWS: Readonly<Record<string, Flow>> = {
  'holdfast.rollbacks': {
    ...{ title: 'The states of a rollback', before: '(no attempt)' },
    ...{ states: ROLLBACK_STATES, transitions: ROLLBACK_TRANSITIONS },
  },
  'holdfast.deployments': {
    ...{ title: 'The states of a deployment', before: '(no deployment)' },
    ...{ states: DEPLOYMENT_STATES, transitions: DEPLOYMENT_TRANSITIONS },
  },
  'holdfast.rollouts': {
    ...{ title: 'The states of a rollout', before: '(no rollout)' },
    ...{ states: ROLLOUT_STATES, transitions: ROLLOUT_TRANSITIONS },
  },
};

/** The page with a table of transitions, and how many there are. Throws an Error for a source without one. */
export function statesPage(source: string): string {
  const flow = FLOWS[source];
  if (flow === undefined) throw new Error(`${source} has no table of transitions`);
  const { title, before, states, transitions } = flow;
  const events = new Set(transitions.map(({ event }) => event));
  const rows = transitions.map(
    ({ from, event, to }) => `| ${from === 'None' ? before : from} | ${event} | ${to} |`,
  );
  const parts = [
    MADE,
    `# ${title}`,
    `${states.length} states, ${events.size} events, ${transitions.length} transitions. What is not in this table is refused.`,
    ['| from | event | to |', '|---|---|---|', ...rows].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}
