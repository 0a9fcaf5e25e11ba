import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { createIam } from '../local/cloud/iam/iam.ts';
import { arnOf } from '../local/cloud/template/identities.ts';
import type { World } from '../local/world.ts';

/** One call that a function made: what, to which system, when it arrived, and how long the answer took. */
export type OutsideCall = {
  readonly by: string;
  readonly system: 'aws' | 'forge' | 'argocd' | 'prometheus';
  readonly what: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly milliseconds: number;
};

type Message = { readonly request: IncomingMessage };

/**
 * Listens to Node's own account of every HTTP request that this process serves: the cloud and the sandbox run in it, so
 * nothing of the product has to count. `by` is the role whose key signed an AWS call; the others carry no such name.
 */
export function watchCalls(world: World): {
  readonly calls: () => readonly OutsideCall[];
  readonly stop: () => void;
} {
  const nameOf = roleNames(world);
  const systemOf = new Map<string, OutsideCall['system']>([
    [new URL(world.cloud.aws).port, 'aws'],
    [new URL(world.sandbox.forge.url).port, 'forge'],
    [new URL(world.sandbox.deployer.url).port, 'argocd'],
    [new URL(world.sandbox.prometheusUrl).port, 'prometheus'],
  ]);
  const open = new Map<IncomingMessage, Omit<OutsideCall, 'milliseconds'>>();
  const done: OutsideCall[] = [];
  const started = (message: unknown): void => {
    const { request } = message as Message;
    const system = systemOf.get(String(request.socket.localPort));
    if (system === undefined) return;
    open.set(request, { by: nameOf(request), system, what: whatOf(request), at: Date.now() });
  };
  const finished = (message: unknown): void => {
    const { request } = message as Message;
    const call = open.get(request);
    if (call !== undefined) done.push({ ...call, milliseconds: Date.now() - call.at });
    open.delete(request);
  };
  subscribe('http.server.request.start', started);
  subscribe('http.server.response.finish', finished);
  return {
    calls: () => done,
    stop: () => {
      unsubscribe('http.server.request.start', started);
      unsubscribe('http.server.response.finish', finished);
    },
  };
}

function whatOf({ method = '', url = '', headers }: IncomingMessage): string {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') return target.split('.').at(-1) ?? target;
  const [path = ''] = url.split('?');
  if (path.includes('/invocations')) return 'Invoke';
  return `${method} ${path.replaceAll(/\b[0-9a-f]{40}\b/g, '<sha>').replaceAll(/\/\d+/g, '/<n>')}`;
}

function roleNames(world: World): (request: IncomingMessage) => string {
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
  return ({ headers }) => {
    const key = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1] ?? '';
    return names.get(key) ?? '';
  };
}
