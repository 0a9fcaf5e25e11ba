import { type Context, Hono } from 'hono';
import type { RunningApplication } from './application.ts';
import { applicationDocument, deploymentDocument } from './documents.ts';
import type { Clock, Timings } from './types.ts';

type Config = {
  readonly token: string;
  readonly applications: () => readonly RunningApplication[];
  readonly timings: Timings;
  readonly now: Clock;
  /** A status that every request is answered with instead, while a test asks for it. */
  readonly failure: () => 403 | 429 | 500 | 503 | undefined;
};

// codes of google.rpc, which Argo CD's gateway puts beside the text
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNAVAILABLE = 14;
const UNAUTHENTICATED = 16;

/** The part of Argo CD's REST API that reads applications, with its paths, its documents and its errors. */
export function argocdApi(config: Config): Hono {
  const api = new Hono();
  api.use(async (context, next) => {
    const failure = config.failure();
    if (failure === 403) return refusal(context, 403, PERMISSION_DENIED, 'permission denied');
    if (failure !== undefined) return refusal(context, failure, UNAVAILABLE, 'the sandbox was told to fail');
    if (context.req.header('authorization') !== `Bearer ${config.token}`)
      return refusal(context, 401, UNAUTHENTICATED, 'no session information');
    return next();
  });
  api.get('/api/v1/applications', (context) => {
    const items = config.applications().map((each) => applicationDocument(each.snapshot(), config.now()));
    return context.json({ metadata: {}, items });
  });
  api.get('/api/v1/applications/:name', (context) => {
    const application = find(config, context);
    if (application === undefined) return unknown(context);
    return context.json(applicationDocument(application.snapshot(), config.now()));
  });
  api.get('/api/v1/applications/:name/resource', (context) => {
    const application = find(config, context);
    if (application === undefined) return unknown(context);
    const { kind, resourceName, namespace } = context.req.query();
    const { spec, deployed } = application.snapshot();
    const known = kind === 'Deployment' && resourceName === spec.service && namespace === spec.environment;
    if (!known || deployed === undefined) {
      const message = `${kind} apps ${resourceName} not found as part of application ${spec.name}`;
      return refusal(context, 400, INVALID_ARGUMENT, message);
    }
    const document = deploymentDocument(application.snapshot(), config.timings.progressDeadlineMs);
    return context.json({ manifest: JSON.stringify(document) });
  });
  api.notFound((context) => refusal(context, 404, NOT_FOUND, 'Not Found'));
  return api;
}

function find(config: Config, context: Context): RunningApplication | undefined {
  return config.applications().find((each) => each.spec.name === context.req.param('name'));
}

function unknown(context: Context): Response {
  const message = `applications.argoproj.io "${context.req.param('name')}" not found`;
  return refusal(context, 404, NOT_FOUND, message);
}

function refusal(
  context: Context,
  status: 400 | 401 | 403 | 404 | 429 | 500 | 503,
  code: number,
  message: string,
): Response {
  return context.json({ error: message, code, message }, status);
}
