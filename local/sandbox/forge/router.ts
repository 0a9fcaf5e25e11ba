import type { Route } from './contract/check.ts';
import type { OperationId } from './contract/operations.ts';

export type Match = { readonly id: OperationId; readonly path: Readonly<Record<string, string>> };

/** Parameters of these operations hold slashes, which clients send as they are or escaped. */
const TAIL: readonly OperationId[] = [
  'git/get-ref',
  'git/delete-ref',
  'repos/get-content',
  'repos/create-or-update-file-contents',
];

/** Finds the operation of a request among the paths of GitHub's description. Undefined: no such operation here. */
export function routerOf(routes: readonly Route[]): (method: string, path: string) => Match | undefined {
  const patterns = routes
    .map((route) => ({ ...route, pattern: patternOf(route) }))
    // more fixed text first: /commits/{ref}/status is no commit named "x/status"
    .toSorted((a, b) => b.path.length - a.path.length);
  return (method, path) => {
    for (const { id, method: wanted, pattern } of patterns) {
      const found = method === wanted ? pattern.exec(path) : null;
      if (found !== null) return { id, path: decoded(found.groups ?? {}) };
    }
    return undefined;
  };
}

function patternOf(route: Route): RegExp {
  const tail = TAIL.includes(route.id);
  const source = route.path.replaceAll(/\{(\w+)\}/g, (_whole, name: string) =>
    tail && (name === 'ref' || name === 'path') ? `(?<${name}>.*)` : `(?<${name}>[^/]+)`,
  );
  return new RegExp(`^${source}$`);
}

/** Throws URIError when a part is escaped wrongly. */
function decoded(groups: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]));
}
