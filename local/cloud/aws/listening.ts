import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** A loopback port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await listen(server, 0);
  const address = server.address();
  await stop(server);
  return address !== null && typeof address === 'object' ? address.port : 0;
}

/** Listens on loopback only. Rejects when the port is taken. */
export async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((thrown: Error) => {
    throw new Error(`port ${port}: ${thrown.message}`);
  });
}

/** Stops listening and drops the connections that clients keep open. */
export async function stop(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await promise;
}
