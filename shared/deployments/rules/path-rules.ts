/** What a path says about a change. One file may be several things: a Helm chart's values are configuration too. */
export const PATH_KINDS = ['migration', 'infrastructure', 'config'] as const;
export type PathKind = (typeof PATH_KINDS)[number];

/**
 * `*` stands for a part of one name, `**` for any folders, `{a,b}` for either; case does not matter. Where a stack has no
 * line here its changes are told apart by their size alone, so that a team names them itself in the request.
 */
const PATH_RULES: Readonly<Record<PathKind, readonly string[]>> = {
  migration: [
    '**/*.sql',
    // Rails; Django, Laravel, Knex, TypeORM, Prisma, Entity Framework; Flyway in a Spring project
    '**/db/migrate/**',
    '**/migrations/**',
    '**/db/migration/**',
    '**/db/{schema.rb,structure.sql}',
    '**/{alembic,flyway,liquibase}/**',
    '**/db/changelog/**',
    '**/{schema.prisma,alembic.ini,flyway.conf,liquibase.properties}',
  ],
  infrastructure: [
    '**/*.{tf,tfvars,tofu,bicep}',
    '**/{cdk,infra,infrastructure,terraform,cloudformation,pulumi,ansible}/**',
    '**/{cdk.json,samconfig.toml,Pulumi*.yaml}',
    '**/{template,serverless}.{yaml,yml}',
    '**/*.template.{json,yaml,yml}',
    '**/{charts,helm,k8s,kubernetes,manifests,kustomize}/**',
    '**/{Chart,kustomization,helmfile,skaffold}.{yaml,yml}',
    '**/{Dockerfile,Containerfile}*',
    '**/{docker-,}compose*.{yaml,yml}',
  ],
  config: [
    '**/*.{yaml,yml,toml,ini,properties,conf,cfg,env}',
    '**/.env*',
    '**/{config,conf,settings}/**',
    '**/appsettings*.json',
    '**/{settings,config}.{json,py,js,ts,rb}',
    '**/*{feature-flags,feature_flags,featureflags}*',
  ],
};

/** Words about code change nothing that runs; what a tool locks follows from what it was told. */
const NOT_COUNTED = ['**/*.{md,mdx,rst,txt}', '**/{pnpm-lock.yaml,poetry.lock,uv.lock,Cargo.lock}'];

const MATCHERS = PATH_KINDS.map((kind) => ({ kind, patterns: PATH_RULES[kind].map(patternOf) }));
const EXCEPTIONS = NOT_COUNTED.map(patternOf);

/** Every kind that the path is, in the order of PATH_KINDS. */
export function kindsOf(path: string): readonly PathKind[] {
  if (EXCEPTIONS.some((pattern) => pattern.test(path))) return [];
  return MATCHERS.filter(({ patterns }) => patterns.some((pattern) => pattern.test(path))).map(
    ({ kind }) => kind,
  );
}

function patternOf(glob: string): RegExp {
  const source = glob.replaceAll(/\*\*\/|\*\*|\*|\{([^}]*)\}|[.+^$()|[\]\\]/g, (found, choices?: string) => {
    if (choices !== undefined) return `(?:${choices.split(',').map(escaped).join('|')})`;
    if (found === '**/') return '(?:[^/]+/)*';
    if (found === '**') return '.+';
    return found === '*' ? '[^/]*' : `\\${found}`;
  });
  return new RegExp(`^${source}$`, 'i');
}

/** The text of a choice, which may hold a `*` of its own. */
function escaped(choice: string): string {
  return choice.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
}
