import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { EngineAnswer } from '../dynamodb/client.ts';
import { AwsFailure, type Principal } from '../types.ts';
import type { Calls } from './calls.ts';
import { readBody } from './listening.ts';
import { outsideCall, passOn } from './outside.ts';
import { readS3, writeS3, writeS3Failure } from './s3-http.ts';
import { isJson, jsonAt, parseJson } from './shapes.ts';

export type Answer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
};

export type FrontDoorOptions = {
  readonly calls: Calls;
  readonly principalOf: (accessKeyId: string) => Principal | undefined;
  /** Forwards a checked DynamoDB call with its bytes untouched. */
  readonly forward: (target: string, body: Buffer, input: Record<string, unknown>) => Promise<EngineAnswer>;
  /** The token issuer, which is no AWS call; undefined when the path is not its own. */
  readonly issuer: (path: string, body: Buffer) => Answer | undefined;
  /** Where what the template does not own is served. */
  readonly outside: string | undefined;
  readonly log: (line: string) => void;
};

type Request = { readonly message: IncomingMessage; readonly body: Buffer };

/** Signing names by the prefix of `x-amz-target`. */
const TARGETS: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  AWSStepFunctions: 'states',
  AWSEvents: 'events',
  secretsmanager: 'secretsmanager',
  AmazonSQS: 'sqs',
  TrentService: 'kms',
};
const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations/;
const CREDENTIAL = /Credential=([^/,\s]+)\/[^/]*\/[^/]*\/([^/]+)\//;
const MAX_BODY_BYTES = 16 * 1024 * 1024;
const AWS_JSON = { 'content-type': 'application/x-amz-json-1.0' };

/** One server for all services, speaking their real protocols, so that the SDK's clients need no local variant. */
export function createFrontDoor(options: FrontDoorOptions): Server {
  const server = createServer(async (message, response) => {
    const [, key, service] = CREDENTIAL.exec(message.headers.authorization ?? '') ?? [];
    let answer: Answer;
    try {
      const body = await readBody(message, MAX_BODY_BYTES);
      if (body === undefined) throw new AwsFailure('RequestEntityTooLarge', 'the body is too large', 413);
      answer = await answerTo(options, { message, body }, key, service);
    } catch (thrown) {
      const failure = failureOf(thrown, options.log);
      answer = service === 's3' ? writeS3Failure(failure) : jsonFailure(failure);
    }
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-length': Buffer.byteLength(answer.body),
      'x-amzn-requestid': randomUUID(),
    });
    response.end(answer.body);
  });
  server.keepAliveTimeout = 60_000;
  return server;
}

async function answerTo(
  options: FrontDoorOptions,
  request: Request,
  key: string | undefined,
  service: string | undefined,
): Promise<Answer> {
  const { message, body } = request;
  const own = key === undefined && isFromHere(message) ? options.issuer(message.url ?? '', body) : undefined;
  if (own !== undefined) return own;
  const caller = options.principalOf(key ?? '');
  if (caller === undefined) throw new AwsFailure('InvalidClientTokenId', 'an unknown access key', 403);
  if (service === 's3') {
    const { action, input } = readS3(message, body);
    return writeS3(action, await options.calls.call(caller, 's3', action, input));
  }
  const invoked = INVOKE.exec(message.url ?? '')?.[1];
  if (invoked !== undefined) return invoke(options.calls, caller, request, decodeURIComponent(invoked));
  const outside = options.outside === undefined ? undefined : outsideCall(message);
  if (outside === undefined) return answerTarget(options, caller, request);
  return options.calls.guarded(caller, outside, () => passOn(`${options.outside}`, message, body));
}

/** A call of a service whose protocol is JSON, named by the header `x-amz-target`. */
async function answerTarget(
  { calls, forward }: FrontDoorOptions,
  caller: Principal,
  { message, body }: Request,
): Promise<Answer> {
  const target = String(message.headers['x-amz-target'] ?? '');
  const [prefix = '', action = ''] = target.split('.');
  const name = TARGETS[prefix];
  if (name === undefined) {
    throw new AwsFailure('UnknownOperationException', `${target || message.url} is not run here`);
  }
  const input = parseJson(body.toString('utf8'));
  if (!isJson(input)) throw new AwsFailure('SerializationException', 'the body is not a JSON object');
  if (name !== 'dynamodb') return json(200, await calls.call(caller, name, action, input));
  const answer = await calls.guarded(caller, { service: name, action, input }, () =>
    forward(target, body, input),
  );
  return { ...answer, headers: { ...AWS_JSON, ...answer.headers } };
}

/** The issuer asks for no key, so no web page that the owner looks at may reach it, rebinding names included. */
function isFromHere({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
}

async function invoke(calls: Calls, caller: Principal, request: Request, name: string): Promise<Answer> {
  const { message, body } = request;
  const payload = body.byteLength === 0 ? {} : parseJson(body.toString('utf8'));
  if (payload === undefined) {
    throw new AwsFailure('InvalidRequestContentException', 'Could not parse request body into json');
  }
  const InvocationType = message.headers['x-amz-invocation-type'] ?? 'RequestResponse';
  const input = { FunctionName: name, InvocationType, Payload: payload };
  const output = jsonAt({ output: await calls.call(caller, 'lambda', 'Invoke', input) }, 'output');
  if (output.StatusCode === 202) return { status: 202, body: '' };
  const failed = 'FunctionError' in output ? { 'x-amz-function-error': String(output.FunctionError) } : {};
  const headers = { 'content-type': 'application/json', ...failed };
  return { status: 200, headers, body: JSON.stringify(output.Payload ?? null) };
}

function failureOf(thrown: unknown, log: (line: string) => void): AwsFailure {
  if (thrown instanceof AwsFailure) return thrown;
  log(`front door: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  return new AwsFailure('InternalFailure', String(thrown), 500);
}

function jsonFailure({ code, message, status, details }: AwsFailure): Answer {
  const answer = json(status, { __type: code, message, ...details });
  return { ...answer, headers: { ...answer.headers, 'x-amzn-errortype': code } };
}

function json(status: number, body: unknown): Answer {
  return { status, headers: AWS_JSON, body: JSON.stringify(body ?? {}) };
}
