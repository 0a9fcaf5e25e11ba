/**
 * Cuts GitHub's OpenAPI description to the schemas of the operations in `operations.ts`.
 *
 *   npm pack @octokit/openapi@23.0.2   (385 MB installed, so it is no dependency; unpack it anywhere)
 *   npx node local/sandbox/forge/contract/trim.ts <folder>/package/generated/api.github.com.json
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { OPERATIONS } from './operations.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

/** Words and examples take nine tenths of the file and check nothing. */
const DROPPED = new Set([
  'description',
  'example',
  'examples',
  'title',
  'externalDocs',
  'deprecated',
  'tags',
]);
const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

function fieldsOf(value: Json | undefined): Fields {
  return isFields(value) ? value : {};
}

function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A schema without prose; OpenAPI 3.0's `nullable` becomes JSON Schema's null type, which ajv checks everywhere. */
function bare(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(bare);
  if (!isFields(schema)) return schema;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !DROPPED.has(key) && !key.startsWith('x-'))
      .map(([key, value]) => [key, key === 'properties' ? bareProperties(value) : bare(value)]),
  );
  return nullable === true ? orNull(rest) : rest;
}

/** Under `properties` a key is a field's name, never a keyword: `description` and `title` stay. */
function bareProperties(properties: Json): Json {
  return Object.fromEntries(Object.entries(fieldsOf(properties)).map(([name, value]) => [name, bare(value)]));
}

function orNull(schema: Fields): Fields {
  if (typeof schema.type !== 'string') return { anyOf: [{ type: 'null' }, schema] };
  const values = schema.enum;
  return {
    ...schema,
    type: [schema.type, 'null'],
    ...(Array.isArray(values) && { enum: [...values, null] }),
  };
}

function resolve(document: Fields, value: Json | undefined): Fields {
  const fields = fieldsOf(value);
  const ref = fields.$ref;
  if (typeof ref !== 'string') return fields;
  let found: Json | undefined = document;
  for (const part of ref.slice(2).split('/')) found = fieldsOf(found)[part];
  return resolve(document, found);
}

function jsonSchema(document: Fields, holder: Json | undefined): Json | undefined {
  const content = fieldsOf(resolve(document, holder).content);
  const schema = fieldsOf(content['application/json']).schema;
  return schema === undefined ? undefined : bare(schema);
}

function trimOperation(document: Fields, operation: Fields): Fields {
  const parameters = operation.parameters;
  const body = jsonSchema(document, operation.requestBody);
  return {
    operationId: operation.operationId ?? '',
    parameters: (Array.isArray(parameters) ? parameters : []).map((each: Json) => {
      const { name, in: place, required, schema } = resolve(document, each);
      return { name, in: place, required: required ?? false, schema: bare(schema ?? {}) } as Fields;
    }),
    ...(body !== undefined && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: Object.fromEntries(
      Object.entries(fieldsOf(operation.responses)).map(([status, response]) => {
        const schema = jsonSchema(document, response);
        return [status, schema === undefined ? {} : { content: { 'application/json': { schema } } }];
      }),
    ),
  };
}

function trimPaths(document: Fields): Fields {
  const wanted = new Set<Json | undefined>(OPERATIONS);
  const paths: Record<string, Json> = {};
  for (const [path, item] of Object.entries(fieldsOf(document.paths))) {
    for (const method of METHODS) {
      const operation = fieldsOf(fieldsOf(item)[method]);
      if (!wanted.has(operation.operationId)) continue;
      paths[path] = { ...fieldsOf(paths[path]), [method]: trimOperation(document, operation) };
    }
  }
  return paths;
}

/** Every schema that the kept ones lead to. */
function reachable(document: Fields, from: Json): Fields {
  const all = fieldsOf(fieldsOf(document.components).schemas);
  const kept: Record<string, Json> = {};
  const queue: Json[] = [from];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const [, name = ''] of JSON.stringify(next).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name in kept) continue;
      const schema = bare(all[name] ?? {});
      kept[name] = schema;
      queue.push(schema);
    }
  }
  return Object.fromEntries(Object.entries(kept).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const [source = ''] = process.argv.slice(2);
const document: Fields = JSON.parse(readFileSync(source, 'utf8'));
const paths = trimPaths(document);
const trimmed = {
  openapi: '3.1.0',
  info: {
    title: "GitHub's REST API, cut to the schemas of the operations that the sandbox forge answers",
    version: String(fieldsOf(document.info).version),
    license: { name: 'MIT', identifier: 'MIT' },
    'x-source': '@octokit/openapi 23.0.2, MIT License, Copyright (c) 2020 Octokit contributors',
  },
  paths,
  components: { schemas: reachable(document, paths) },
};
writeFileSync(new URL('github.openapi.json', import.meta.url), `${JSON.stringify(trimmed)}\n`);
