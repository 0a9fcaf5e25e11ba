import * as z from 'zod';
import { SUBJECT_KINDS } from '../kernel/index.ts';
import type { ApprovalEvent } from './contract.ts';

const For = z
  .strictObject({ kind: z.enum(SUBJECT_KINDS), id: z.string() })
  .describe('The subject that asks for the approval.');
const Answered = z.strictObject({ for: For });
const Closed = z.strictObject({ for: For, at: z.iso.datetime().describe('When it was closed.') });

/**
 * What is on the bus from approvals and the list of people: the `data` of each event type. Strict: what is not named here
 * is not published. Who answered, and why, stands in the decision alone.
 */
export const approvalEvents = {
  ApprovalAsked: z
    .strictObject({
      for: For,
      planHash: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .describe('SHA-256 of what is approved: another plan is another question.'),
      deadlineAt: z.iso.datetime().describe('Until when it can be answered.'),
    })
    .describe('A question is put to people.'),
  ApprovalGiven: Answered.describe('A person approves, and it counts.'),
  ApprovalRejected: Answered.describe('A person rejects, and it counts.'),
  ApprovalRefused: Answered.describe('A person answers, and it does not count: the decision says why.'),
  ApprovalExpired: Closed.describe('Nobody answered before the deadline.'),
  ApprovalWithdrawn: Closed.describe('What asked no longer needs an answer.'),
  ApprovalUsed: Closed.describe('What asked acted on the approval.'),
  ApprovalSpent: Closed.describe(
    'What was approved no longer held when it was acted on: the approval counts no more.',
  ),
  PeopleSet: z
    .strictObject({
      people: z.int().min(0).describe('How many people are known.'),
      identities: z.int().min(0).describe('How many logins and member ids they have together.'),
    })
    .describe('Who is who is set anew, as a whole.'),
} satisfies Readonly<Record<ApprovalEvent | 'PeopleSet', z.ZodType>>;
