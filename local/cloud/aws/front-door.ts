import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { AwsFailure, type Principal } from '../types.ts';
import type { Calls } from './calls.ts';
import { readBody } from './read-body.ts';
import { readS3, writeS3, writeS3Failure } from './s3-rest.ts';
import { isJson, type Json, jsonAt, parseJson } from './shapes.ts';

/** Forwards a checked DynamoDB call with its bytes untouched. */
type Forward = (
  target: string,
  body: Buffer,
  input: Record<string, unknown>,
) => Promise<{ readonly status: number; readonly body: Buffer; readonly crc32?: string }>;

export type FrontDoorOptions = {
  readonly calls: Calls;
  readonly principalOf: (accessKeyId: string) => Principal | undefined;
  readonly forward: Forward;
  /** What is no AWS call: the issuer and the owner's pages. Answers false when the path is not its own. */
  readonly pages: (request: IncomingMessage, body: Buffer, response: ServerResponse) => Promise<boolean>;
  readonly log: (line: string) => void;
};

/** Signing names by the prefix of `x-amz-target`. */
const TARGETS: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  DynamoDBStreams_20120810: 'dynamodb',
  AWSStepFunctions: 'states',
  AWSEvents: 'events',
  secretsmanager: 'secretsmanager',
  AmazonSQS: 'sqs',
};
const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations/;
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** One server for all services, speaking their real protocols, so that the SDK's clients need no local variant. */
export function createFrontDoor(options: FrontDoorOptions): Server {
  const server = createServer((request, response) => {
    serve(options, request, response).catch((thrown: unknown) => {
      options.log(`front door: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
      writeFailure(response, new AwsFailure('InternalFailure', 'the local cloud failed', 500));
    });
  });
  server.keepAliveTimeout = 60_000;
  return server;
}

async function serve(
  options: FrontDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === 'too large') {
    return writeFailure(response, new AwsFailure('RequestEntityTooLarge', 'the body is too large', 413));
  }
  const credential = /Credential=([^/,\s]+)\/[^/]*\/[^/]*\/([^/]+)\//.exec(
    request.headers.authorization ?? '',
  );
  if (credential === null && isFromHere(request) && (await options.pages(request, body, response))) return;
  const rest = credential?.[2] === 's3';
  try {
    const caller = callerOf(options, credential?.[1]);
    if (rest) await serveS3(options, caller, request, body, response);
    else await serveOther(options, caller, request, body, response);
  } catch (thrown) {
    const failure = failureOf(thrown, options.log);
    if (rest) writeAnswer(response, writeS3Failure(failure, request.method ?? ''));
    else writeFailure(response, failure);
  }
}

/** Pages need no key, so no web page that the owner happens to look at may reach them, rebinding names included. */
function isFromHere({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '');
}

function callerOf(options: FrontDoorOptions, accessKeyId: string | undefined): Principal {
  if (accessKeyId === undefined) {
    throw new AwsFailure('MissingAuthenticationToken', 'Missing Authentication Token', 403);
  }
  const caller = options.principalOf(accessKeyId);
  if (caller === undefined) {
    const message = 'The security token included in the request is invalid.';
    throw new AwsFailure('InvalidClientTokenId', message, 403);
  }
  return caller;
}

async function serveS3(
  { calls }: FrontDoorOptions,
  caller: Principal,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const { action, input } = readS3(request, body);
  writeAnswer(response, writeS3(action, await calls.call(caller, 's3', action, input)));
}

async function serveOther(
  options: FrontDoorOptions,
  caller: Principal,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const invoke = INVOKE.exec(request.url ?? '');
  if (invoke !== null) return serveInvoke(options, caller, request, body, response, invoke[1] ?? '');
  const target = String(request.headers['x-amz-target'] ?? '');
  const [prefix = '', action = ''] = target.split('.');
  const service = TARGETS[prefix];
  if (service === undefined) {
    throw new AwsFailure('UnknownOperationException', `${target || request.url} is not run here`);
  }
  const input = parseJson(body.toString('utf8'));
  if (!isJson(input)) throw new AwsFailure('SerializationException', 'the body is not a JSON object');
  if (service !== 'dynamodb') {
    return writeJson(response, 200, await options.calls.call(caller, service, action, { ...input }));
  }
  const answer = await options.calls.guarded(caller, { service, action, input }, () =>
    options.forward(target, body, input),
  );
  response.writeHead(answer.status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': answer.body.byteLength,
    'x-amzn-requestid': randomUUID(),
    ...(answer.crc32 !== undefined && { 'x-amz-crc32': answer.crc32 }),
  });
  response.end(answer.body);
}

async function serveInvoke(
  { calls }: FrontDoorOptions,
  caller: Principal,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  encodedName: string,
): Promise<void> {
  const payload = body.byteLength === 0 ? {} : parseJson(body.toString('utf8'));
  if (payload === undefined) {
    throw new AwsFailure('InvalidRequestContentException', 'Could not parse request body into json');
  }
  const output = await calls.call(caller, 'lambda', 'Invoke', {
    FunctionName: decodeURIComponent(encodedName),
    InvocationType: request.headers['x-amz-invocation-type'] ?? 'RequestResponse',
    Payload: payload,
  });
  const answer: Json = jsonAt({ output }, 'output');
  const error = answer.FunctionError;
  response.writeHead(Number(answer.StatusCode), {
    'content-type': 'application/json',
    'x-amzn-requestid': randomUUID(),
    'x-amz-executed-version': '$LATEST',
    ...(typeof error === 'string' && { 'x-amz-function-error': error }),
  });
  response.end(answer.StatusCode === 202 ? undefined : JSON.stringify(answer.Payload ?? null));
}

function failureOf(thrown: unknown, log: (line: string) => void): AwsFailure {
  if (thrown instanceof AwsFailure) return thrown;
  log(`front door: ${thrown instanceof Error ? thrown.stack : String(thrown)}`);
  return new AwsFailure('InternalFailure', thrown instanceof Error ? thrown.message : String(thrown), 500);
}

function writeFailure(response: ServerResponse, failure: AwsFailure): void {
  if (response.headersSent) return;
  response.setHeader('x-amzn-errortype', failure.code);
  const body = { __type: failure.code, message: failure.message, ...failure.details };
  writeJson(response, failure.status, body);
}

function writeJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body ?? {});
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
  });
  response.end(text);
}

function writeAnswer(response: ServerResponse, answer: ReturnType<typeof writeS3>): void {
  response.writeHead(answer.status, { ...answer.headers, 'x-amz-request-id': randomUUID() });
  response.end(answer.body);
}
