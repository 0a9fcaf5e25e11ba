import { existsSync, readFileSync } from 'node:fs';
import { createIam } from '../local/cloud/iam/iam.ts';
import { arnOf } from '../local/cloud/template/identities.ts';
import type { World } from '../local/world.ts';
import { type ServedRequest, watchServed } from './served-requests.ts';

/** One call that a function made: what, to which system, when it arrived, and how long the answer took. */
export type OutsideCall = {
  readonly by: string;
  readonly system: 'aws' | 'forge' | 'argocd' | 'prometheus';
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly milliseconds: number;
};

/**
 * The calls so far, in order of arrival: those that the cloud's process wrote to `file` (watch-cloud.ts), and those
 * that the sandbox serves in this one. `by` is the role whose key signed an AWS call; the others carry no such name.
 */
export function watchCalls(world: World, file: string): () => readonly OutsideCall[] {
  const here: ServedRequest[] = [];
  watchServed((request) => here.push(request));
  const nameOf = roleNames(world);
  const systems = new Map<number, OutsideCall['system']>([
    [portOf(world.cloud.aws), 'aws'],
    [portOf(world.sandbox.forge.url), 'forge'],
    [portOf(world.sandbox.deployer.url), 'argocd'],
    [portOf(world.sandbox.prometheusUrl), 'prometheus'],
  ]);
  return () =>
    [...linesOf(file), ...here]
      .flatMap(({ port, key, what, at, milliseconds }) => {
        const system = systems.get(port);
        return system === undefined ? [] : [{ by: nameOf(key), system, what, at, milliseconds }];
      })
      .toSorted((left, right) => left.at - right.at);
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function linesOf(file: string): readonly ServedRequest[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as ServedRequest);
}

function roleNames(world: World): (key: string) => string {
  const { resources } = world.cloud;
  const iam = createIam(resources);
  const names = new Map(
    resources
      .filter(({ type }) => type === 'AWS::IAM::Role')
      .map((role) => [
        iam.credentialsOf(arnOf(role)).accessKeyId,
        role.path.split('/').at(-2) ?? role.logicalId,
      ]),
  );
  return (key) => names.get(key) ?? '';
}
