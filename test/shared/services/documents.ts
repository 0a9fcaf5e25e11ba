import { ServiceDocument } from '../../../shared/services/contract.ts';

/** A whole service document; tests change what they are about. */
export function serviceDocument(change: Readonly<Record<string, unknown>> = {}): ServiceDocument {
  return ServiceDocument.parse({
    tier: 2,
    owners: ['ada'],
    repository: 'acme/shop',
    environments: { staging: environment('shop-staging') },
    selectors: [{ source: 'argocd', environment: 'staging', match: { app: 'shop-staging' } }],
    slos: [],
    dependencies: [],
    ...change,
  });
}

export function environment(application: string) {
  return {
    platform: 'argocd',
    application,
    manifest: {
      repository: 'acme/gitops',
      branch: 'main',
      path: `apps/${application}.yaml`,
      pointer: '/spec/source/targetRevision',
    },
  };
}
