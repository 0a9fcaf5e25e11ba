import { createHash } from 'node:crypto';
import type { World } from '../world.ts';

type Shape = Readonly<Record<string, unknown>>;

/** A stable number for a text, so that ids need no storage. */
export function stableId(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`${kind}:${id}`).toString('base64url');
}

/** GitHub's "simple user". */
export function userShape(world: World, login: string): Shape {
  const url = `${world.url()}/users/${encodeURIComponent(login)}`;
  const id = stableId(login);
  return {
    login,
    id,
    node_id: nodeId('U', id),
    avatar_url: `${world.url()}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: `${world.url()}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    received_events_url: `${url}/received_events`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    events_url: `${url}/events{/privacy}`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    site_admin: false,
  };
}
