import { createServer, type Server } from 'node:http';

/** Something that services depend on and that can be taken away: a server that answers 200 while it is started. */
export type Dependency = {
  readonly url: string;
  readonly stop: () => Promise<void>;
  /** Comes back on the same port. */
  readonly start: () => Promise<void>;
};

export async function startDependency(): Promise<Dependency> {
  let server = await listen(0);
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => stop(server),
    start: async () => {
      if (!server.listening) server = await listen(port);
    },
  };
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    // a connection is never closed as idle: on a busy machine that would meet the next request, and look like an outage
    const server = createServer({ keepAliveTimeout: 0 }, (_, response) => response.end('ok'));
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
