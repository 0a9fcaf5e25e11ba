import * as z from 'zod';
import { FORGE_PERMISSIONS, type Forge, type ForgePermission, type Review } from '../../ports/forge.ts';
import { type Connection, parse, repositoryOf } from './connection.ts';
import { allPages } from './pages.ts';

const Permission = z.looseObject({
  permission: z.enum(['admin', 'write', 'read', 'none']),
  role_name: z.string(),
});
const ReviewAnswer = z.looseObject({
  user: z.looseObject({ login: z.string() }).nullable(),
  state: z.string(),
  commit_id: z.string().nullish(),
});

/** Comments and drafts say nothing; a state that GitHub adds tomorrow neither. */
const STATE_OF: Readonly<Record<string, Review['state']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  DISMISSED: 'dismissed',
};

export function reviews(connection: Connection): Pick<Forge, 'permission' | 'reviews'> {
  return {
    permission: async (repository, login) => {
      const answer = await connection.call({
        route: 'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
        parameters: { ...repositoryOf(repository), username: login },
        expected: [404],
      });
      if (answer.status === 404) return 'none';
      return permissionOf(parse(Permission, answer.data, `what ${login} may do in ${repository}`));
    },
    reviews: async (repository, number) => {
      const listed = await allPages(
        connection,
        {
          route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
          parameters: { ...repositoryOf(repository), pull_number: number },
        },
        ReviewAnswer,
      );
      const last = new Map<string, Review>(); // GitHub lists the oldest first
      for (const { user, state: word, commit_id } of listed) {
        const state = STATE_OF[word];
        if (user === null || state === undefined) continue;
        last.set(user.login, { login: user.login, state, commitSha: commit_id ?? '' });
      }
      return [...last.values()];
    },
  };
}

/** The role tells `maintain` and `triage`, which the permission does not; of a role of the organization's own it tells nothing. */
function permissionOf(answer: z.infer<typeof Permission>): ForgePermission {
  return FORGE_PERMISSIONS.find((known) => known === answer.role_name) ?? answer.permission;
}
