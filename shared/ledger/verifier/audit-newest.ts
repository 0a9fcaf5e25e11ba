import type { Claim } from './audit-claims.ts';
import type { Walked } from './audit-walk.ts';
import type { Trust } from './checkpoint.ts';
import type { Finding } from './source.ts';

/** Seconds by which a signer's clock may be ahead of the auditor's. */
const MAX_SKEW = 300;

type Asked = {
  readonly trust?: Trust;
  readonly fresh?: { readonly now: number; readonly maxAge: number };
};

/**
 * What is wrong about the newest size that anybody signed: a witness that is known, or the log's own clock, has not signed
 * it; it is too old, or its time lies ahead. An older checkpoint that has all of that says nothing about what came after.
 */
export function newestFindings(
  newest: Claim,
  claims: readonly Claim[],
  walked: Pick<Walked, 'end'>,
  { trust, fresh }: Asked,
): readonly Finding[] {
  const same = claims.filter(({ size }) => size === newest.size);
  return [
    ...(trust === undefined
      ? []
      : [...unsigned(served(claims), trust), ...unsigned(same, trust)].filter(isNew)),
    ...(fresh === undefined ? [] : aged(same, walked, fresh)),
  ];
}

/** What is served as the newest: it must be signed as a whole even where an archived one of its size is. */
const served = (claims: readonly Claim[]): readonly Claim[] =>
  claims.filter(({ from }) => from === 'checkpoint');

/** Whether a finding is not among those before it. */
const isNew = ({ reason }: Finding, at: number, all: readonly Finding[]): boolean =>
  all.findIndex((each) => each.reason === reason) === at;

/** Of claims of one size: none of them has a signature that is due. */
function unsigned(same: readonly Claim[], { cosigned }: Trust): readonly Finding[] {
  const [first] = same;
  if (first === undefined) return [];
  const of = `the newest checkpoint that the log has signed, of size ${first.size}`;
  const finding = (reason: string): Finding => ({ verdict: 'altered', reason });
  return [
    ...(cosigned === true && !same.some((claim) => claim.cosigned === true)
      ? [finding(`no witness that is known has cosigned ${of}`)]
      : []),
    ...(same.every((claim) => claim.clockMissing === true)
      ? [finding(`the log's own time line is missing from ${of}`)]
      : []),
  ];
}

/** A frozen ledger: nobody has vouched for it for too long. Where nobody says when, the last entry's time counts. */
function aged(
  same: readonly Claim[],
  { end }: Pick<Walked, 'end'>,
  { now, maxAge }: { readonly now: number; readonly maxAge: number },
): readonly Finding[] {
  const times = same.flatMap(({ time }) => (time === undefined ? [] : [Number(time)]));
  const sealed = end.sealedAt === '' ? 0 : Date.parse(end.sealedAt) / 1000;
  const at = times.length > 0 ? Math.max(...times) : sealed;
  const age = Math.floor(now - at);
  const whose = times.length > 0 ? 'the newest checkpoint' : 'the last entry, for want of a cosigned time,';
  if (age > maxAge) return [{ verdict: 'stale', reason: `${whose} is ${age} s old, more than ${maxAge} s` }];
  // Signed ahead of time, it would count as fresh until then, whatever is withheld meanwhile.
  if (age < -MAX_SKEW)
    return [{ verdict: 'stale', reason: `${whose} has a time that lies ${-age} s ahead: it shows no age` }];
  return [];
}
