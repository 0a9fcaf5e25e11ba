import * as z from 'zod';
import { VERBS as DEPLOYMENT_VERBS } from '../../shared/deployments/contract.ts';
import { VERBS as ROLLOUT_VERBS } from '../../shared/rollouts/contract.ts';
import { type Command, EXIT, needed, neededId, neededReason, oneOf } from '../command.ts';
import { api } from '../http.ts';
import { stateText } from '../rollout-view.ts';

const REASON = { reason: { type: 'string', text: 'why: it stands in the ledger' } } as const;
const Answer = z.looseObject({
  id: z.string(),
  state: z.looseObject({ kind: z.string(), reason: z.string().optional() }),
});

export const deploymentCommand: Command = {
  name: 'deployment',
  summary:
    'Ends a deployment, promotes its canary without a certificate (approver), or tries one that has ended again.',
  args: `${DEPLOYMENT_VERBS.join('|')} DEPLOYMENT`,
  options: REASON,
  example: 'holdfast deployment abort dep_01JD... --reason "wrong revision"',
  run: async (positionals, options, io) => {
    const verb = oneOf(DEPLOYMENT_VERBS, needed(positionals, 0, 'VERB'), 'VERB');
    const id = neededId(positionals, 1, ['deployment']);
    const reason = neededReason(options);
    const answer = Answer.parse(await api()('POST', `/v1/deployments/${id}/${verb}`, { reason }));
    io.document(answer);
    io.out(verb === 'retry' ? `${answer.id} tries it again` : `${answer.id} is ${stateText(answer)}`);
    return EXIT.yes;
  },
};

export const rolloutCommand: Command = {
  name: 'rollout',
  summary: 'Pauses a rollout, lets it go on, promotes it without a certificate (approver), or takes it back.',
  args: `${ROLLOUT_VERBS.join('|')} ROLLOUT`,
  options: REASON,
  example: 'holdfast rollout pause rol_01JD... --reason "looking at the errors of the last minute"',
  run: async (positionals, options, io) => {
    const verb = oneOf(ROLLOUT_VERBS, needed(positionals, 0, 'VERB'), 'VERB');
    const id = neededId(positionals, 1, ['rollout']);
    const reason = neededReason(options);
    const answer = Answer.parse(await api()('POST', `/v1/rollouts/${id}/${verb}`, { reason }));
    io.document(answer);
    io.out(`${answer.id} is ${stateText(answer)}`);
    return EXIT.yes;
  },
};
