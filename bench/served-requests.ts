import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';

/** One HTTP request that a process served: by whose key, on which port, when it arrived, how long the answer took. */
export type ServedRequest = {
  readonly key: string;
  readonly port: number;
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly milliseconds: number;
};
type Message = { readonly request: IncomingMessage };

/** Listens to Node's own account of every HTTP request that this process serves: nothing of the product has to count. */
export function watchServed(told: (request: ServedRequest) => void): void {
  const open = new Map<IncomingMessage, number>();
  subscribe('http.server.request.start', (message) => {
    open.set((message as Message).request, Date.now());
  });
  subscribe('http.server.response.finish', (message) => {
    const { request } = message as Message;
    const at = open.get(request);
    open.delete(request);
    if (at === undefined) return;
    const key = /Credential=([^/,\s]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    told({
      key,
      port: request.socket.localPort ?? 0,
      what: whatOf(request),
      at,
      milliseconds: Date.now() - at,
    });
  });
}

function whatOf({ method = '', url = '', headers }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? target;
  const [path = ''] = url.split('?');
  if (path.includes('/invocations')) return 'Invoke';
  return `${method} ${path.replaceAll(/\b[0-9a-f]{40}\b/g, '<sha>').replaceAll(/\/\d+/g, '/<n>')}`;
}
