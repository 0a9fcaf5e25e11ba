import * as z from 'zod';
import { Fault } from '../../kernel/fault.ts';
import type { CommitChange, Forge, TextFile } from '../../ports/forge.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';

const File = z.looseObject({
  type: z.literal('file'),
  encoding: z.string(),
  content: z.string(),
  sha: z.string(),
});
const Committed = z.looseObject({ commit: z.looseObject({ sha: z.string() }) });
const Shas = z.array(z.looseObject({ sha: z.string() })).min(1);

type Files = Pick<Forge, 'readFile' | 'commitFile'>;

export function files(connection: Connection): Files {
  return {
    readFile: async (repository, path, ref) => {
      const answer = await connection.call(contents(repository, path, ref));
      return textFile(answer.data, path);
    },
    commitFile: (change) => {
      const done = (): Promise<{ readonly sha: string } | undefined> => committed(connection, change);
      return commitFile(connection, change, done);
    },
  };
}

function contents(repository: string, path: string, ref: string): Parameters<Connection['call']>[0] {
  const parameters = { ...repositoryOf(repository), path, ref };
  return { route: 'GET /repos/{owner}/{repo}/contents/{path}', parameters };
}

/** Written at once: the blob's sha guards the write, and who is refused (409) looks whether the text is there already. */
async function commitFile(
  connection: Connection,
  change: CommitChange,
  done: () => Promise<{ readonly sha: string } | undefined>,
): Promise<{ readonly sha: string }> {
  return connection.write(async () => {
    const answer = await connection.once({
      route: 'PUT /repos/{owner}/{repo}/contents/{path}',
      parameters: {
        ...repositoryOf(change.repository),
        path: change.path,
        branch: change.branch,
        sha: change.blobSha,
        message: change.message,
        content: Buffer.from(change.text, 'utf8').toString('base64'),
      },
      expected: [409],
    });
    if (answer.status !== 409) return { sha: parse(Committed, answer.data, change.path).commit.sha };
    // an earlier attempt whose answer was lost may have come through
    const found = await done();
    if (found !== undefined) return found;
    throw new Fault('Conflict', `${change.path} on ${change.branch} was changed: ${answer.message}`);
  }, done);
}

/**
 * The commit that brought exactly the wanted text, when the branch already holds it. Throws Conflict when it holds
 * neither that nor the text that is to be replaced.
 */
async function committed(
  connection: Connection,
  change: CommitChange,
): Promise<{ readonly sha: string } | undefined> {
  const { repository, branch, path } = change;
  const file = textFile((await connection.once(contents(repository, path, branch))).data, path);
  if (file.text !== change.text) {
    if (file.blobSha === change.blobSha) return undefined;
    throw new Fault('Conflict', `${path} on ${branch} is no longer ${change.blobSha}`);
  }
  const answer = await connection.once({
    route: 'GET /repos/{owner}/{repo}/commits',
    parameters: { ...repositoryOf(repository), sha: branch, path, per_page: 1 },
  });
  const [last] = parse(Shas, answer.data, `commits of ${path}`);
  return last === undefined ? undefined : { sha: last.sha };
}

function textFile(data: unknown, path: string): TextFile {
  if (Array.isArray(data)) throw new Fault('InvalidInput', `${path} is a folder`);
  const kind = z.looseObject({ type: z.string() }).safeParse(data);
  if (kind.success && kind.data.type !== 'file') {
    throw new Fault('InvalidInput', `${path} is a ${kind.data.type}, not a file`);
  }
  const file = parse(File, data, path);
  if (file.encoding !== 'base64') throw new Fault('InvalidInput', `${path} is larger than 1 MB`);
  return { path, text: decoded(file.content, path), blobSha: file.sha };
}

/** A byte order mark stays in the text: what is written back must differ in nothing else. */
function decoded(content: string, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(content, 'base64'));
  } catch (cause) {
    throw new Fault('InvalidInput', `${path} is not UTF-8 text`, { cause });
  }
}
