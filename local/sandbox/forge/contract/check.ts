import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { OperationId } from './operations.ts';
import { ANY_OF_FROM_STATUS, NOT_REQUIRED, STATUSES_OF_EVERY_OPERATION } from './relaxations.ts';

type Schema = Readonly<Record<string, unknown>>;
type Content = { readonly content?: { readonly 'application/json'?: { readonly schema: Schema } } };
type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: Schema;
};
type OperationDocument = {
  readonly operationId: OperationId;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
};
export type ContractDocument = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationDocument>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
};

export type Route = { readonly id: OperationId; readonly method: string; readonly path: string };
type Request = {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
};
export type Contract = {
  readonly routes: readonly Route[];
  /** What is wrong with a request or an answer; empty when nothing is. */
  readonly request: (id: OperationId, request: Request) => readonly string[];
  readonly response: (id: OperationId, status: number, body: unknown) => readonly string[];
};

/** GitHub's description as trimmed by `trim.ts`. */
export function githubDescription(): ContractDocument {
  return JSON.parse(readFileSync(new URL('github.openapi.json', import.meta.url), 'utf8'));
}

/** Checks requests and answers against the description. Each schema is compiled when it is first met. */
export function contractOf(document: ContractDocument): Contract {
  const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes: false, validateFormats: true });
  addFormats.default(ajv);
  for (const name of ['repo.nwo', 'ssh-url', 'timestamp']) ajv.addFormat(name, true);
  ajv.addSchema({ $id: 'github', components: { schemas: relaxed(document.components.schemas) } });
  const found = new Map<OperationId, OperationDocument>();
  const routes: Route[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      found.set(operation.operationId, operation);
      routes.push({ id: operation.operationId, method: method.toUpperCase(), path });
    }
  }
  const compiled = new Map<string, ValidateFunction>();
  const problems = (key: string, schema: Schema, value: unknown): readonly string[] => {
    const validate = compiled.get(key) ?? ajv.compile(absolute(schema));
    compiled.set(key, validate);
    return validate(value) ? [] : [`${key}: ${ajv.errorsText(validate.errors, { dataVar: '' })}`];
  };
  return {
    routes,
    request: (id, request) => requestProblems(found.get(id), request, problems),
    response: (id, status, body) => responseProblems(found.get(id), { status, body }, problems),
  };
}

type Problems = (key: string, schema: Schema, value: unknown) => readonly string[];

function requestProblems(
  operation: OperationDocument | undefined,
  request: Request,
  problems: Problems,
): readonly string[] {
  if (operation === undefined) return ['unknown operation'];
  const { operationId: id } = operation;
  const parameters = operation.parameters
    .filter((parameter) => parameter.in !== 'header')
    .flatMap((parameter) => {
      const text = parameter.in === 'path' ? request.path[parameter.name] : request.query.get(parameter.name);
      const where = `${id} request ${parameter.in} ${parameter.name}`;
      if (text !== undefined && text !== null)
        return problems(where, parameter.schema, coerced(text, parameter.schema));
      return parameter.required ? [`${where}: missing`] : [];
    });
  const known = new Set(operation.parameters.map(({ name }) => name));
  const unknown = [...request.query.keys()].filter((name) => !known.has(name));
  const schema = operation.requestBody?.content?.['application/json']?.schema;
  return [
    ...parameters,
    ...unknown.map((name) => `${id} request query ${name}: not described`),
    ...(schema === undefined ? [] : problems(`${id} request body`, schema, request.body)),
  ];
}

function responseProblems(
  operation: OperationDocument | undefined,
  answer: { readonly status: number; readonly body: unknown },
  problems: Problems,
): readonly string[] {
  if (operation === undefined) return ['unknown operation'];
  const { operationId: id } = operation;
  const described = operation.responses[String(answer.status)];
  if (described === undefined) {
    const allowed = answer.status in STATUSES_OF_EVERY_OPERATION;
    return allowed ? [] : [`${id} response ${answer.status}: not described`];
  }
  const schema = schemaFor(answer.status, described.content?.['application/json']?.schema);
  if (schema !== undefined) return problems(`${id} response ${answer.status}`, schema, answer.body);
  return answer.body === undefined || answer.status >= 300 ? [] : [`${id} response ${answer.status}: a body`];
}

function schemaFor(status: number, schema: Schema | undefined): Schema | undefined {
  if (schema === undefined || status < ANY_OF_FROM_STATUS || !Array.isArray(schema.oneOf)) return schema;
  const { oneOf, ...rest } = schema;
  return { ...rest, anyOf: oneOf };
}

/** Paths and queries are text; a described number or truth value is read as one. */
function coerced(text: string, schema: Schema): unknown {
  const type = schema.type;
  if ((type === 'integer' || type === 'number') && /^-?\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** References inside an operation's schema lead to the one registered document. */
function absolute(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/'));
}

function relaxed(schemas: Readonly<Record<string, Schema>>): Readonly<Record<string, Schema>> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const required = schema.required;
      const free = NOT_REQUIRED.filter((each) => each.schema === name).map(({ property }) => property);
      if (free.length === 0 || !Array.isArray(required)) return [name, schema];
      return [name, { ...schema, required: required.filter((property) => !free.includes(property)) }];
    }),
  );
}
