import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type FileServer = {
  readonly url: string;
  /** The paths that were asked for. */
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
};
type Content = Uint8Array | string | undefined;
type Special = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Serves files by path on loopback; `special` may answer a request itself and says whether it did. */
export async function serveFiles(
  read: (path: string) => Content | Promise<Content>,
  special: Special = () => false,
): Promise<FileServer> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '/').slice(1);
    asked.push(path);
    if (special(request, response)) return;
    const bytes = await read(path);
    response.writeHead(bytes === undefined ? 404 : 200, { 'content-type': 'application/octet-stream' });
    response.end(bytes);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}
