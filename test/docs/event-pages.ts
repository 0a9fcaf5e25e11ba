import * as z from 'zod';
import { STATES } from '../../shared/rollbacks/contract.ts';
import { TRANSITIONS } from '../../shared/rollbacks/transitions.ts';
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

/** The page with the table of transitions, and how many there are. */
export function statesPage(): string {
  const events = new Set(TRANSITIONS.map(({ event }) => event));
  const rows = TRANSITIONS.map(
    ({ from, event, to }) => `| ${from === 'None' ? '(no attempt)' : from} | ${event} | ${to} |`,
  );
  const parts = [
    MADE,
    '# The states of a rollback',
    `${STATES.length} states, ${events.size} events, ${TRANSITIONS.length} transitions. What is not in this table is refused.`,
    ['| from | event | to |', '|---|---|---|', ...rows].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}
