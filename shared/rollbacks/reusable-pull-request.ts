import type { PullRequest } from '../ports/index.ts';
import type { WorldDeps } from './ports.ts';

export type WantedChange = {
  readonly repository: string;
  readonly title: string;
  readonly baseBranch: string;
  readonly path: string;
  /** Of the whole file. */
  readonly text: string;
};

/** An open pull request that makes exactly the change that is wanted: its title alone says nothing. */
export async function reusablePullRequest(
  { forge }: Pick<WorldDeps, 'forge'>,
  openOnes: readonly PullRequest[],
  { repository, title, baseBranch, path, text }: WantedChange,
): Promise<PullRequest | undefined> {
  const same = openOnes.find((each) => each.title === title && each.baseBranch === baseBranch);
  if (same === undefined) return undefined;
  const files = await forge.changedFiles(repository, same.number);
  if (files.length !== 1 || files[0] !== path) return undefined;
  const file = await forge.readFile(repository, path, same.headSha);
  return file.text === text ? same : undefined;
}
