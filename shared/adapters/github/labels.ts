import * as z from 'zod';
import type { Forge } from '../../ports/forge.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';

const Label = z.looseObject({ name: z.string() });

/** Of issues and pull requests alike. */
export function labels(connection: Connection): Pick<Forge, 'addLabels'> {
  return {
    addLabels: async (repository, number, added) => {
      await label(connection, repository, { number, labels: added });
    },
  };
}

/** Answers all labels that it has now. They are a set, so adding them may be repeated. */
export async function label(
  connection: Connection,
  repository: string,
  what: { readonly number: number; readonly labels: readonly string[] },
): Promise<readonly string[]> {
  const answer = await connection.call({
    route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
    parameters: { ...repositoryOf(repository), issue_number: what.number, labels: what.labels },
  });
  return parse(z.array(Label), answer.data, `labels of #${what.number}`).map(({ name }) => name);
}
