import * as z from 'zod';
import { parse, sha256Hex } from '../../kernel/index.ts';
import type { Severity, SignalStatus } from '../contract.ts';
import { type MappedSignal, type Mapper, timeOf } from './mapped.ts';

const Time = z.string().nullish();
const SyncResult = z.looseObject({
  revision: z.string().nullish(),
  revisions: z.array(z.string()).nullish(),
});

/** argocd.v1: the body of our own notification template. What Argo CD has no value for, `toJson` writes as null. */
const Body = z.looseObject({
  schema: z.literal('argocd.v1'),
  trigger: z.string().min(1),
  app: z.string().min(1),
  namespace: z.string().nullish(),
  project: z.string().nullish(),
  health: z.looseObject({
    status: z.string().min(1),
    lastTransitionTime: Time,
    message: z.string().nullish(),
  }),
  sync: z.looseObject({ status: z.string().nullish() }).nullish(),
  operationState: z
    .looseObject({ phase: z.string().nullish(), finishedAt: Time, syncResult: SyncResult.nullish() })
    .nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  argocdUrl: z.string().nullish(),
});
type Body = z.infer<typeof Body>;

const SYNC_FAILED = 'on-sync-failed';
// A delivery is retried within seconds; without a transition time this tells a retry from the next degradation.
const RETRY_WINDOW_CHARACTERS = '2026-11-21T10:0'.length;

/** Argo CD's health of one application. */
export const mapArgocd: Mapper = ({ body, receivedAt }) => {
  const app = parse(Body, body, 'the argocd body');
  return { kind: 'signals', signals: [signalOf(app, receivedAt)] };
};

function signalOf(app: Body, receivedAt: string): MappedSignal {
  const transition = timeOf(app.health.lastTransitionTime);
  const result = app.operationState?.syncResult;
  const revision = revisionOf(result ?? undefined);
  const finished = timeOf(app.operationState?.finishedAt);
  const startsAt = app.trigger === SYNC_FAILED ? (finished ?? transition) : (transition ?? finished);
  const occasion =
    (app.trigger === SYNC_FAILED ? finished : transition) ?? receivedAt.slice(0, RETRY_WINDOW_CHARACTERS);
  return {
    sourceEventId: sha256Hex([app.app, app.trigger, revision ?? '', occasion, app.health.status].join('\n')),
    fingerprint: [app.argocdUrl ?? '', app.namespace ?? '', app.app].join('|'),
    status: statusOf(app),
    kind: 'health',
    severity: severityOf(app),
    title: titleOf(app),
    ...(revision !== undefined && { revision }),
    ...(startsAt !== undefined && { startsAt }),
    links: [linkOf(app)],
    labels: {
      ...Object.fromEntries(
        Object.entries(app.labels ?? {}).map(([name, value]) => [`labels.${name}`, value]),
      ),
      app: app.app,
      namespace: app.namespace,
      project: app.project,
      trigger: app.trigger,
      health: app.health.status,
      sync: app.sync?.status,
      phase: app.operationState?.phase,
      revisions: result?.revisions?.join(','),
    },
  };
}

function titleOf({ app, trigger, health }: Body): string {
  const said = trigger === SYNC_FAILED ? 'could not be synced and is' : 'is';
  return `${app} ${said} ${health.status}${health.message ? `: ${health.message}` : ''}`;
}

/** Of an application with several sources no one revision is its own. */
function revisionOf(result: z.infer<typeof SyncResult> | undefined): string | undefined {
  if (result?.revision) return result.revision;
  return result?.revisions?.length === 1 ? result.revisions[0] : undefined;
}

/** A sync that failed leaves what ran before: that it is healthy resolves nothing. */
function statusOf({ health, trigger }: Body): SignalStatus {
  if (health.status === 'Degraded') return 'firing';
  return health.status === 'Healthy' && trigger !== SYNC_FAILED ? 'resolved' : 'info';
}

function severityOf(app: Body): Severity {
  const phase = app.operationState?.phase;
  if (app.health.status === 'Degraded' || phase === 'Failed' || phase === 'Error') return 'high';
  return app.health.status === 'Unknown' ? 'medium' : 'info';
}

function linkOf(app: Body): string | undefined {
  if (!app.argocdUrl) return undefined;
  return `${app.argocdUrl.replace(/\/+$/, '')}/applications/${app.namespace ? `${app.namespace}/` : ''}${app.app}`;
}
