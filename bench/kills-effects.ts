import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { World } from '../local/world.ts';
import type { KillPlace } from './kills-places.ts';

/** Where the effects of one rollback are looked for. */
export type Target = {
  readonly place: KillPlace;
  readonly service: string;
  readonly repository: string;
  /** Of the world. */
  readonly dataDir: string;
};

/**
 * All that one rollback did outside, sorted: pull requests, comments, issues, reviews, branches and commits in the
 * repository of the manifests, messages in the chat. Names of this run are taken out, so that runs can be compared.
 */
export function effectsOf(world: World, target: Target): readonly string[] {
  const { service, repository } = target;
  const { pulls, issues, comments, reviews } = world.sandbox.forge.read(repository);
  const ours = pulls.filter(({ title, head }) => names(service, `${title} ${head}`));
  const aboutUs = issues.filter(({ title }) => names(service, title));
  const numbers = new Set([...ours, ...aboutUs].map(({ number }) => number));
  const on = ({ number }: { readonly number: number }): boolean => numbers.has(number);
  const messages = world.sandbox.inbox.messages().filter(({ text }) => names(service, text));
  return [
    ...ours.map(({ title, merge }) => `pull request ${title}: ${merge === null ? 'not merged' : 'merged'}`),
    ...aboutUs.map(({ title }) => `issue ${title}`),
    ...comments.filter(on).map(({ body }) => `comment ${firstLine(body)}`),
    ...reviews.filter(on).map(({ state }) => `review ${state}`),
    ...git(target, 'branch', '--format=%(refname:short)')
      .filter((name) => names(service, name))
      .map((name) => `branch ${name}`),
    ...git(
      target,
      'log',
      '--format=%s',
      'main',
      '--',
      `apps/${service}/${target.place.environment}.yaml`,
    ).map((subject) => `commit ${subject}`),
    ...messages.map(({ text }) => `message ${firstLine(text)}`),
  ]
    .map((text) => withoutNames(text, service))
    .toSorted();
}

/** What is there once too often or was never done, against the run that nobody cut. */
export function differences(
  whole: readonly string[],
  cut: readonly string[],
): { readonly doubled: readonly string[]; readonly missing: readonly string[] } {
  return { doubled: without(cut, whole), missing: without(whole, cut) };
}

function without(all: readonly string[], known: readonly string[]): readonly string[] {
  const left = [...known];
  return all.filter((text) => {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function git({ dataDir, repository }: Target, ...args: readonly string[]): readonly string[] {
  const folder = join(dataDir, 'sandbox', 'forge', `${repository}.git`);
  const out = execFileSync('git', ['--git-dir', folder, ...args], { encoding: 'utf8' });
  return out.split('\n').filter(Boolean);
}

const names = (service: string, text: string): boolean => new RegExp(`\\b${service}\\b`).test(text);
const firstLine = (text: string): string => text.split('\n').find((line) => line.trim() !== '') ?? '';

/** Ids, shas, numbers and the service's own name differ from run to run. */
function withoutNames(text: string, service: string): string {
  return text
    .replaceAll(new RegExp(`\\b${service}\\b`, 'g'), '<service>')
    .replaceAll(/\b(rbk|apr|sig)_\w+/g, '<$1>')
    .replaceAll(/\b[0-9a-f]{7,40}\b/g, '<sha>')
    .replaceAll(/\d[\d:.TZ-]*/g, '<n>');
}
