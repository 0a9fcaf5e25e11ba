import * as z from 'zod';

const TWO_SIDED = [
  'and',
  'or',
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'contains',
  'contains-all',
  'contains-any',
] as const;
type TwoSided = (typeof TWO_SIDED)[number];

/**
 * When a policy holds: what Cedar's parser and type checker made of its `when` and `unless`, in the few forms that a
 * policy may use. Cedar's decimals stand as whole numbers of ten-thousandths. There is no `has` on purpose: a policy
 * must not pass because a fact is missing.
 */
export type Condition =
  | { readonly op: 'value'; readonly value: boolean | number | string }
  | { readonly op: 'fact'; readonly path: string }
  | { readonly op: 'not' | 'empty'; readonly of: Condition }
  | { readonly op: 'set'; readonly items: readonly Condition[] }
  | { readonly op: 'if'; readonly when: Condition; readonly yes: Condition; readonly no: Condition }
  | { readonly op: TwoSided; readonly left: Condition; readonly right: Condition };
export const Condition: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.literal('value'), value: z.union([z.boolean(), z.number(), z.string()]) }),
    z.strictObject({ op: z.literal('fact'), path: z.string() }),
    z.strictObject({ op: z.enum(['not', 'empty']), of: Condition }),
    z.strictObject({ op: z.literal('set'), items: z.array(Condition) }),
    z.strictObject({ op: z.literal('if'), when: Condition, yes: Condition, no: Condition }),
    z.strictObject({ op: z.enum(TWO_SIDED), left: Condition, right: Condition }),
  ]),
);
