import { createServer } from 'node:net';

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer()
    .once('error', reject)
    .listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = address !== null && typeof address === 'object' ? address.port : 0;
      server.close(() => resolve(port));
    });
  return promise;
}

type Listener = {
  listen: (port: number, host: string) => unknown;
  once: (event: string, handler: (thrown: Error) => void) => unknown;
  close: (done: () => void) => unknown;
  closeAllConnections?: () => void;
};

/** Listens on loopback only. Rejects when the port is taken. */
export async function listen(server: Listener, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (thrown) => reject(new Error(`port ${port}: ${thrown.message}`)));
  server.once('listening', () => resolve());
  server.listen(port, '127.0.0.1');
  await promise;
}

/** Stops listening and drops the connections that clients keep open. */
export async function stop(server: Listener): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections?.();
  await promise;
}
