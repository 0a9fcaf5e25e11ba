/**
 * Words of the trade that mean the same thing in a commit title. Written from what teams call things, before the
 * labelled set of the retrieval bench and not from it. A word stands in one group only.
 */
const GROUPS: readonly (readonly string[])[] = [
  [
    'database',
    'db',
    'schema',
    'migration',
    'migrate',
    'ddl',
    'table',
    'column',
    'sql',
    'postgres',
    'mysql',
    'alembic',
    'flyway',
  ],
  ['index', 'indices', 'indexes'],
  ['rollback', 'revert', 'undo', 'backout', 'restore'],
  ['config', 'configuration', 'setting', 'parameter', 'env', 'environment', 'toml', 'yaml', 'option'],
  ['flag', 'toggle', 'switch', 'killswitch', 'experiment'],
  [
    'auth',
    'authentication',
    'authenticate',
    'login',
    'signin',
    'oauth',
    'oidc',
    'sso',
    'saml',
    'session',
    'jwt',
    'token',
    'credential',
    'password',
  ],
  ['permission', 'authorization', 'authorize', 'role', 'rbac', 'acl', 'iam', 'grant', 'policy'],
  [
    'dependency',
    'dependencies',
    'upgrade',
    'bump',
    'library',
    'package',
    'sdk',
    'dependabot',
    'renovate',
    'vendor',
    'lockfile',
  ],
  ['cache', 'redis', 'memcached', 'ttl', 'caching', 'evict', 'eviction', 'memoize'],
  [
    'queue',
    'kafka',
    'sqs',
    'consumer',
    'producer',
    'topic',
    'broker',
    'rabbitmq',
    'backlog',
    'message',
    'messaging',
  ],
  ['retry', 'backoff', 'resilience', 'circuit', 'breaker', 'idempotent', 'idempotency'],
  [
    'timeout',
    'deadline',
    'latency',
    'slow',
    'performance',
    'speed',
    'faster',
    'optimize',
    'optimise',
    'hang',
  ],
  ['memory', 'heap', 'leak', 'oom', 'gc'],
  ['connection', 'pool', 'pooling', 'socket', 'pgbouncer', 'keepalive'],
  ['scale', 'scaling', 'autoscaling', 'replica', 'capacity', 'hpa', 'instance', 'concurrency'],
  ['terraform', 'infrastructure', 'cdk', 'cloudformation', 'helm', 'iac', 'kubernetes', 'k8s', 'pulumi'],
  ['certificate', 'tls', 'ssl', 'cert', 'https', 'mtls'],
  ['dns', 'domain', 'route53', 'hostname', 'cname'],
  ['gateway', 'ingress', 'proxy', 'nginx', 'envoy', 'loadbalancer', 'alb'],
  ['throttle', 'throttling', 'ratelimit', 'quota'],
  [
    'log',
    'logging',
    'logger',
    'trace',
    'tracing',
    'metric',
    'observability',
    'telemetry',
    'otel',
    'monitoring',
    'dashboard',
    'alert',
  ],
  ['payment', 'charge', 'billing', 'invoice', 'stripe', 'card', 'checkout', 'refund', 'psp'],
  ['email', 'mail', 'smtp', 'notification', 'notify', 'sms', 'push'],
  ['search', 'elasticsearch', 'opensearch', 'lucene', 'ranking', 'relevance', 'query'],
  ['upload', 'file', 'attachment', 's3', 'blob', 'storage', 'bucket', 'asset', 'image'],
  ['export', 'report', 'csv', 'download', 'pdf'],
  ['import', 'ingest', 'ingestion', 'etl', 'pipeline', 'sync'],
  ['cron', 'schedule', 'scheduler', 'job', 'batch', 'nightly', 'worker'],
  ['ui', 'frontend', 'css', 'button', 'page', 'layout', 'form', 'screen', 'banner'],
  ['translation', 'i18n', 'locale', 'language', 'localization', 'translate'],
  ['doc', 'documentation', 'readme', 'comment', 'typo'],
  ['test', 'spec', 'coverage', 'fixture', 'flaky'],
  ['refactor', 'cleanup', 'rename', 'restructure', 'tidy', 'simplify', 'dead', 'unused', 'extract'],
  ['security', 'vulnerability', 'cve', 'xss', 'csrf', 'injection', 'sanitize', 'patch'],
  ['encrypt', 'encryption', 'kms', 'decrypt', 'secret', 'key', 'rotate', 'rotation'],
  ['api', 'endpoint', 'route', 'rest', 'graphql', 'grpc', 'handler'],
  ['webhook', 'callback', 'hook'],
  ['tax', 'vat', 'currency', 'price', 'pricing', 'discount', 'coupon', 'promotion', 'voucher'],
  ['user', 'customer', 'account', 'profile', 'member', 'signup', 'registration', 'onboarding'],
  ['order', 'cart', 'basket', 'purchase'],
  ['stock', 'inventory', 'warehouse', 'reservation', 'sku'],
  ['shipping', 'shipment', 'delivery', 'carrier', 'parcel', 'tracking'],
  ['delete', 'remove', 'drop', 'purge', 'retention', 'gdpr', 'erase', 'anonymize', 'cleanse'],
];

const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:roll(?:s|ed|ing)?|back(?:s|ed|ing)?)[ -](?:back|out)\b/g, 'rollback'],
  [/\b(?:log|sign)(?:s|ged|ed|ging|ing)?[ -]in\b/g, 'login'],
  [/\bsign[ -]up\b/g, 'signup'],
  [/\bfeature[ -](?:flag|toggle|switch)/g, 'flag'],
  [/\bkill[ -]switch/g, 'flag'],
  [/\brate[ -]limit/g, 'ratelimit'],
  [/\bload[ -]balanc(?:er|ing)/g, 'loadbalancer'],
  [/\btime[ -]?outs?\b/g, 'timeout'],
  [/\bout[ -]of[ -]memory\b/g, 'oom'],
];

const STOP = new Set(
  'a an and are as at be by can do does for from has have in into is it its no not now of on onto or our so than that the their them then this to up use used uses using we when which will with without add adds added allow change changes make makes new set sets was were update updates feat fix fixes fixed chore support instead only more via per'.split(
    ' ',
  ),
);

/** The ending of a word taken off, so that "migrations" and "migrating" meet "migrate". Crude, and the same on both sides. */
function stem(word: string): string {
  const singular = word.replace(/(?<=..)ies$/, 'y').replace(/(?<=.(?:s|x|z|ch|sh)e?)es$|(?<=.[^su])s$/, '');
  const plain = singular.replace(/(?<=..)ied$/, 'y').replace(/(?<=...)(?:ing|ed)$/, '');
  return plain.replace(/([b-df-hj-kmnp-rtv-z])\1$/, '$1').replace(/(?<=...)e$/, '');
}

const MEANING: ReadonlyMap<string, string> = new Map(
  GROUPS.flatMap((group) => group.map((word) => [stem(word), `=${group[0] ?? word}`] as const)),
);

/** The words of a text in the form in which they are compared; those that say nothing are left out. */
export function wordsOf(text: string): readonly string[] {
  const plain = PHRASES.reduce((so, [phrase, word]) => so.replace(phrase, word), text.toLowerCase());
  return (plain.match(/[a-z][a-z0-9]+|[0-9]{2,}/g) ?? []).filter((word) => !STOP.has(word)).map(stem);
}

/** What a word is a word for, where it belongs to a group. */
export function meaningOf(word: string): string | undefined {
  return MEANING.get(word);
}
