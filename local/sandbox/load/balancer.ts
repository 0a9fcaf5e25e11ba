import { Agent, get } from 'node:http';
import type { Endpoints } from '../deployer/types.ts';

/** What became of one request: an HTTP code, the revision that is to blame or praise, and how long it took. */
export type Outcome = { readonly code: number; readonly revision?: string; readonly seconds: number };

export type Balancer = {
  /** Sends one request to the next ready replica. Never rejects. */
  readonly send: (path: string) => Promise<Outcome>;
  readonly close: () => void;
};

const NO_ENDPOINT = 503;
const CONNECTION_LOST = 502;
const TIMED_OUT = 504;

/**
 * What a Service with an ingress does: round robin over the ready replicas. Without one the answer is 503 and
 * counts against the revision that is deployed; a replica that dies with a request gives 502. No retries: they
 * would hide what is measured.
 */
export function balancer(endpoints: () => Endpoints, timeoutMs: number): Balancer {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let turn = 0;
  return {
    close: () => agent.destroy(),
    send: async (path) => {
      const { ready, deployed } = endpoints();
      turn += 1;
      const chosen = ready[turn % ready.length];
      if (chosen === undefined)
        return { code: NO_ENDPOINT, seconds: 0, ...(deployed !== undefined && { revision: deployed }) };
      const startedAt = performance.now();
      const code = await request(agent, chosen.port, path, timeoutMs);
      return { code, revision: chosen.revision, seconds: (performance.now() - startedAt) / 1000 };
    },
  };
}

function request(agent: Agent, port: number, path: string, timeoutMs: number): Promise<number> {
  return new Promise((resolve) => {
    const sent = get({ agent, host: '127.0.0.1', port, path });
    const timer = setTimeout(() => {
      resolve(TIMED_OUT);
      sent.destroy();
    }, timeoutMs);
    const end = (code: number) => {
      clearTimeout(timer);
      resolve(code);
    };
    sent.on('response', (response) => {
      response.on('end', () => end(response.statusCode ?? CONNECTION_LOST));
      response.on('error', () => end(CONNECTION_LOST));
      response.resume();
    });
    sent.on('error', () => end(CONNECTION_LOST));
  });
}
