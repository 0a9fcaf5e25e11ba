import * as z from 'zod';

/**
 * What may start a workflow that deploys. Runs of pull requests are not among them, nor what a pull request can set off
 * on the default branch (`pull_request_target`, `workflow_run`): their code may be anybody's.
 */
const CI_EVENTS = ['push', 'release', 'workflow_dispatch', 'schedule', 'deployment'] as const;

const plain = (message: string) => z.string().regex(/^[^*?[\]{}\\\s]{1,300}$/, message);

/** One repository whose workflows may deploy. Every text must equal the token's claim: there are no patterns. */
const CiGrant = z.strictObject({
  repository: z.string().regex(/^[\w.-]{1,39}\/[\w.-]{1,100}$/, 'must read "owner/name"; it is no pattern'),
  /** Of the forge: stays with the repository when its name goes to another one. */
  repositoryId: z
    .string()
    .regex(/^\d{1,20}$/, 'must be the number of the repository')
    .exactOptional(),
  refs: z
    .array(
      plain('must be a whole ref; it is no pattern').regex(
        /^refs\/(?:heads|tags)\/./,
        'must be a whole ref such as refs/heads/main',
      ),
    )
    .min(1)
    .max(50),
  events: z.array(z.enum(CI_EVENTS)).min(1).default(['push', 'workflow_dispatch']),
  /** Where given: the workflow's file with its ref, as the claim `job_workflow_ref` has it. */
  workflows: z
    .array(plain('must be OWNER/NAME/.github/workflows/FILE@REF; it is no pattern'))
    .min(1)
    .max(50)
    .exactOptional(),
});

export const CiGrants = z.array(CiGrant).min(1).max(500);
export type CiGrants = z.infer<typeof CiGrants>;
