import type { Repository, World } from '../world.ts';
import { nodeId, userShape } from './user.ts';

type Shape = Readonly<Record<string, unknown>>;

/** Fields `<name>_url` of a repository, with the path that each adds to the repository's own. */
const URLS = {
  archive: '/{archive_format}{/ref}',
  assignees: '/assignees{/user}',
  blobs: '/git/blobs{/sha}',
  branches: '/branches{/branch}',
  collaborators: '/collaborators{/collaborator}',
  comments: '/comments{/number}',
  commits: '/commits{/sha}',
  compare: '/compare/{base}...{head}',
  contents: '/contents/{+path}',
  contributors: '/contributors',
  deployments: '/deployments',
  downloads: '/downloads',
  events: '/events',
  forks: '/forks',
  git_commits: '/git/commits{/sha}',
  git_refs: '/git/refs{/sha}',
  git_tags: '/git/tags{/sha}',
  hooks: '/hooks',
  issue_comment: '/issues/comments{/number}',
  issue_events: '/issues/events{/number}',
  issues: '/issues{/number}',
  keys: '/keys{/key_id}',
  labels: '/labels{/name}',
  languages: '/languages',
  merges: '/merges',
  milestones: '/milestones{/number}',
  notifications: '/notifications{?since,all,participating}',
  pulls: '/pulls{/number}',
  releases: '/releases{/id}',
  stargazers: '/stargazers',
  statuses: '/statuses/{sha}',
  subscribers: '/subscribers',
  subscription: '/subscription',
  tags: '/tags',
  teams: '/teams',
  trees: '/git/trees{/sha}',
} as const;

export function apiUrl(world: World, repository: Repository): string {
  return `${world.url()}/repos/${repository.name}`;
}

export function webUrl(world: World, repository: Repository): string {
  return `${world.url()}/${repository.name}`;
}

/** GitHub's "minimal repository". */
export function minimalRepositoryShape(world: World, repository: Repository): Shape {
  const { id } = repository.record.read();
  const [owner = '', name = ''] = repository.name.split('/');
  const url = apiUrl(world, repository);
  return {
    id,
    node_id: nodeId('R', id),
    name,
    full_name: repository.name,
    owner: userShape(world, owner),
    private: false,
    html_url: webUrl(world, repository),
    description: null,
    fork: false,
    url,
    ...Object.fromEntries(Object.entries(URLS).map(([field, path]) => [`${field}_url`, `${url}${path}`])),
  };
}

/** GitHub's "repository" and "full repository". */
export function repositoryShape(world: World, repository: Repository): Shape {
  const { createdAt, pulls, issues } = repository.record.read();
  const openIssues = [...pulls, ...issues].filter(({ state }) => state === 'open').length;
  const web = webUrl(world, repository);
  return {
    ...minimalRepositoryShape(world, repository),
    git_url: `git:${web.replace(/^\w+:/, '')}.git`,
    ssh_url: `git@localhost:${repository.name}.git`,
    clone_url: `${web}.git`,
    svn_url: web,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    subscribers_count: 0,
    network_count: 0,
    size: 0,
    default_branch: 'main',
    open_issues: openIssues,
    open_issues_count: openIssues,
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    pushed_at: createdAt,
    created_at: createdAt,
    updated_at: createdAt,
  };
}
