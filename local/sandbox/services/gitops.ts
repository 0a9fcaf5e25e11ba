import type { Files } from './revisions.ts';

type Manifest = { readonly service: string; readonly environment: string; readonly revision: string };

/** Where the manifest of a service in an environment lives in the GitOps repository. */
export function manifestPath(service: string, environment: string): string {
  return `apps/${service}/${environment}.yaml`;
}

/**
 * The Argo CD Application document that says which revision runs. Comments and the odd spacing are on purpose:
 * a rollback must keep every byte but the revision's.
 */
export function manifestText({ service, environment, revision }: Manifest): string {
  return `# What runs in ${environment} is what this file names. Change it by pull request only.
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${service}-${environment}
  namespace: argocd
  labels: { service: ${service}, environment: ${environment} }
spec:
  project: default
  source:
    repoURL: acme/${service}
    path: .
    targetRevision: ${revision}   # the deployed commit of ${service}
  destination:
    server: https://kubernetes.default.svc
    namespace: ${environment}
  syncPolicy:
    automated: { prune: true, selfHeal: true }
`;
}

/** The files that make the GitOps repository check itself: CI runs `verify.mjs` over every manifest. */
export function gitopsFiles(): Files {
  const checks = { checks: [{ name: 'manifests', command: ['node', 'verify.mjs'] }] };
  return { 'verify.mjs': VERIFY, 'checks.json': `${JSON.stringify(checks, null, 2)}\n` };
}

/** No dependency: a repository's own check must run wherever the repository is. */
const VERIFY = String.raw`import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// The plain block YAML these manifests are written in: "key: value" lines, two spaces a level, comments.
function parse(text) {
  const root = {};
  const open = [root];
  text.split(/\r?\n/).forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return;
    const match = /^((?:  )*)([A-Za-z][\w.-]*):(?:\s+(.*?))?(?:\s+#.*)?$/.exec(line);
    if (match === null) throw new Error('line ' + (index + 1) + ' is not "key: value" at a level of two spaces');
    const [, indent, key, raw] = match;
    const depth = indent.length / 2;
    const parent = open[depth];
    if (parent === undefined || typeof parent !== 'object') throw new Error('line ' + (index + 1) + ' is too deep');
    if (Object.hasOwn(parent, key)) throw new Error('line ' + (index + 1) + ' repeats ' + key);
    const value = raw === undefined || raw === '' ? {} : raw.replace(/^(["'])(.*)\1$/, '$2');
    parent[key] = value;
    open.length = depth + 1;
    open.push(value);
  });
  return root;
}

function problems(service, environment, text) {
  const document = parse(text);
  const source = document.spec?.source ?? {};
  const rules = [
    [document.apiVersion === 'argoproj.io/v1alpha1' && document.kind === 'Application', 'is no Argo CD Application'],
    [document.metadata?.name === service + '-' + environment, 'has a metadata.name that is not its path'],
    [source.repoURL === 'acme/' + service, 'deploys another repository than acme/' + service],
    [/^[0-9a-f]{40}$/.test(source.targetRevision), 'has a targetRevision that is no full commit sha'],
    [document.spec?.destination?.namespace === environment, 'goes to another namespace than ' + environment],
  ];
  return rules.filter(([holds]) => holds !== true).map(([, problem]) => problem);
}

let failed = 0;
const paths = existsSync('apps') ? readdirSync('apps', { recursive: true }) : [];
for (const path of paths.filter((name) => name.endsWith('.yaml')).sort()) {
  let found;
  try {
    const [service, file] = path.split(/[\\/]/);
    found = problems(service, file.replace(/\.yaml$/, ''), readFileSync(join('apps', path), 'utf8'));
  } catch (error) {
    found = [error.message];
  }
  for (const problem of found) console.error('apps/' + path + ': ' + problem);
  console.log('apps/' + path + (found.length === 0 ? ' is valid' : ' is NOT valid'));
  failed += found.length;
}
process.exitCode = failed === 0 ? 0 : 1;
`;
