import * as z from 'zod';

/** The fields of Argo CD's answers that are read; everything else of an Application may change freely. */
const HistoryEntry = z.looseObject({
  id: z.int().optional(),
  revision: z.string().optional(),
  deployedAt: z.iso.datetime({ offset: true }),
});

const ResourceStatus = z.looseObject({
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string().optional(),
  namespace: z.string().optional(),
  name: z.string().optional(),
});

export const Application = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z
    .looseObject({
      health: z.looseObject({ status: z.string().optional() }).optional(),
      sync: z.looseObject({ status: z.string().optional(), revision: z.string().optional() }).optional(),
      history: z.array(HistoryEntry).nullish(),
      operationState: z
        .looseObject({
          syncResult: z.looseObject({ revision: z.string().optional() }).optional(),
        })
        .optional(),
      resources: z.array(ResourceStatus).nullish(),
    })
    .optional(),
});

export type Application = z.infer<typeof Application>;
export type ResourceStatus = z.infer<typeof ResourceStatus>;
export type HistoryEntry = z.infer<typeof HistoryEntry>;

export const ResourceAnswer = z.looseObject({ manifest: z.string() });

const Count = z.int().nonnegative();

/** Kubernetes leaves zero out of `status` (`omitempty`), and defaults `spec.replicas` to 1. */
export const Deployment = z.looseObject({
  kind: z.literal('Deployment'),
  spec: z.looseObject({ replicas: Count.default(1) }),
  status: z.looseObject({ availableReplicas: Count.default(0) }).default({ availableReplicas: 0 }),
});
