import type { World } from '../world.ts';
import { nodeId, stableId, userShape } from './user.ts';

type Shape = Readonly<Record<string, unknown>>;

const APP_SINCE = '2026-01-01T00:00:00Z';

/** GitHub's "integration": an app as it stands beside what it did. */
export function appShape(world: World, slug: string, permissions: Readonly<Record<string, string>>): Shape {
  const id = stableId(slug);
  return {
    id,
    slug,
    node_id: nodeId('A', id),
    owner: userShape(world, slug),
    name: slug,
    description: null,
    external_url: world.url(),
    html_url: `${world.url()}/apps/${slug}`,
    created_at: APP_SINCE,
    updated_at: APP_SINCE,
    permissions,
    events: [],
  };
}

/** The app behind the login `<slug>[bot]`. */
export function botAppShape(world: World, login: string): Shape {
  return appShape(world, login.replace(/\[bot\]$/, ''), { metadata: 'read' });
}
