import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { type CloudWatchMood, getMetricData } from './cloudwatch.ts';
import { type Alias, type AliasChange, type Functions, Refused } from './functions.ts';
import type { Measured } from './measured.ts';

type Options = {
  readonly functions: Functions;
  readonly measured: Measured;
  readonly mood: () => CloudWatchMood;
  readonly speed: number;
  readonly invoke: (name: string, qualifier: string, payload: unknown) => Promise<Invoked>;
};
export type Invoked = { readonly payload: unknown; readonly version: string; readonly failed: boolean };

const FUNCTION = '/2015-03-31/functions/:name';
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';
const PAGE = 50;

/**
 * The part of Lambda's REST API and of CloudWatch's JSON API that is spoken here, on one address, as the SDK's clients
 * speak it. Who may call is asked before, by the local cloud.
 */
export function lambdaApi(options: Options): Hono {
  const { functions, invoke } = options;
  const api = new Hono();
  api.onError(refusal);
  api.get(`${FUNCTION}/aliases/:alias`, (context) => {
    const { name, alias } = context.req.param();
    return context.json(aliasOf(nameIn(name), alias, functions.alias(nameIn(name), alias)));
  });
  api.put(`${FUNCTION}/aliases/:alias`, async (context) => {
    const { name, alias } = context.req.param();
    const change = changeIn(await context.req.json());
    return context.json(aliasOf(nameIn(name), alias, functions.updateAlias(nameIn(name), alias, change)));
  });
  api.get(`${FUNCTION}/versions`, (context) => {
    const name = nameIn(context.req.param('name'));
    const from = Number(context.req.query('Marker') ?? 0);
    const all = [{ version: '$LATEST', description: '', sha: '' }, ...functions.versions(name)];
    const Versions = all.slice(from, from + PAGE).map(({ version, description }) => ({
      ...{ FunctionName: name, Version: version, Description: description },
      FunctionArn: `${ARN}${name}:${version}`,
    }));
    const next = from + PAGE;
    return context.json({ Versions, NextMarker: next < all.length ? String(next) : null });
  });
  api.post(`${FUNCTION}/invocations`, async (context) => {
    const qualifier = context.req.query('Qualifier') ?? '$LATEST';
    const text = await context.req.text();
    const payload: unknown = text === '' ? {} : JSON.parse(text);
    const { failed, version, ...answer } = await invoke(
      nameIn(context.req.param('name')),
      qualifier,
      payload,
    );
    const headers = { 'x-amz-executed-version': version };
    return context.json(answer.payload ?? null, 200, {
      ...headers,
      ...(failed && { 'x-amz-function-error': 'Unhandled' }),
    });
  });
  api.post('/', async (context) => {
    const target = context.req.header('x-amz-target') ?? '';
    if (target !== 'GraniteServiceVersion20100801.GetMetricData')
      throw new Refused('UnknownOperationException', `${target} is not spoken here`);
    return context.json(getMetricData(options, await context.req.json()));
  });
  return api;
}

function refusal(thrown: Error): Response {
  const { code, status, message } =
    thrown instanceof Refused ? thrown : new Refused('ServiceException', thrown.message, 500);
  return new Response(JSON.stringify({ __type: code, Type: 'User', Message: message, message }), {
    status,
    headers: {
      'content-type': 'application/json',
      'x-amzn-errortype': code,
      'x-amzn-requestid': randomUUID(),
    },
  });
}

function aliasOf(name: string, alias: string, stored: Alias) {
  return { AliasArn: `${ARN}${name}:${alias}`, Name: alias, ...stored };
}

/** What UpdateAlias names; what it leaves out stays. */
function changeIn(body: unknown): AliasChange {
  const given = typeof body === 'object' && body !== null ? Object.entries(body) : [];
  const names = ['FunctionVersion', 'Description', 'RoutingConfig', 'RevisionId'];
  return Object.fromEntries(given.filter(([name, value]) => names.includes(name) && value !== null));
}

/** A function is named by its name or its ARN. */
function nameIn(given: string): string {
  return given.startsWith('arn:') ? (given.split(':')[6] ?? given) : given;
}
