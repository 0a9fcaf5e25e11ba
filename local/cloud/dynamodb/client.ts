import { Agent, request as send } from 'node:http';
import { isJson, type Json, parseJson, textAt } from '../aws/shapes.ts';
import { AwsFailure } from '../types.ts';

export type EngineAnswer = {
  readonly status: number;
  readonly body: Buffer;
  /** The checksum that SDK clients verify, where the engine gives one. */
  readonly headers: Readonly<Record<string, string>>;
};

export type EngineClient = {
  /** Sends the bytes as they are; `target` is the value of x-amz-target. */
  readonly forward: (target: string, body: Buffer | string) => Promise<EngineAnswer>;
  /** One call with JSON in and out. Throws AwsFailure with the engine's own code and message. */
  readonly call: (target: string, input: Json) => Promise<Json>;
  readonly close: () => void;
};

// The engine wants a signature and does not check it.
const SIGNED = {
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-date': '20260101T000000Z',
  authorization:
    'AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
};
const CALL_LIMIT_MS = 30_000;

/** Talks to the engine over connections that stay open: a new one per call would halve the rate of writes. */
export function createEngineClient(endpoint: string): EngineClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const forward: EngineClient['forward'] = (target, body) => {
    const { promise, resolve, reject } = Promise.withResolvers<EngineAnswer>();
    const headers = { ...SIGNED, 'content-length': Buffer.byteLength(body), 'x-amz-target': target };
    const request = send(endpoint, { method: 'POST', agent, headers, timeout: CALL_LIMIT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const crc32 = response.headers['x-amz-crc32'];
        const { statusCode: status = 500 } = response;
        const checked = typeof crc32 === 'string' ? { 'x-amz-crc32': crc32 } : {};
        resolve({ status, body: Buffer.concat(chunks), headers: checked });
      });
    });
    request.on('timeout', () => request.destroy(new Error('the DynamoDB engine does not answer')));
    request.on('error', reject);
    request.end(body);
    return promise;
  };
  return {
    forward,
    call: async (target, input) => {
      const { status, body } = await forward(target, JSON.stringify(input));
      const output = parseJson(body.toString('utf8'));
      if (status === 200 && isJson(output)) return output;
      const code = textAt(output, '__type')?.split('#').at(-1) ?? 'InternalServerError';
      const message = textAt(output, 'message') ?? textAt(output, 'Message') ?? '';
      throw new AwsFailure(code, message, status, isJson(output) ? output : {});
    },
    close: () => agent.destroy(),
  };
}
