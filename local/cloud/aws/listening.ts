import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';

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
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await closed;
}

/** The whole body, or undefined past the limit (bytes): the rest is read and dropped, so that the answer is heard. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
  }
  return size > limit ? undefined : Buffer.concat(chunks);
}
