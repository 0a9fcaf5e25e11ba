/** Random bytes; the only source of chance in the domain. */
export type Random = (bytes: number) => Uint8Array;

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID_TIME_CHARS = 10;
const ULID_RANDOM_CHARS = 16;

/** A ULID (26 characters, Crockford base 32: 48 bits of time in ms, 80 bits of chance). */
export function ulid(nowMilliseconds: number, random: Random): string {
  let time = '';
  for (let rest = nowMilliseconds, i = 0; i < ULID_TIME_CHARS; i += 1) {
    time = CROCKFORD.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  const chance = [...random(ULID_RANDOM_CHARS)].map((byte) => CROCKFORD.charAt(byte % 32)).join('');
  return time + chance;
}

/** Prefixes of subject ids; a reader sees from the id alone what it names. */
export const ID_PREFIX = {
  deployment: 'dep',
  rollout: 'rol',
  rollback: 'rbk',
  incident: 'inc',
  approval: 'apr',
  experiment: 'exp',
} as const;

/** A new subject id such as `rbk_01JD...`. */
export function newId(kind: keyof typeof ID_PREFIX, nowMilliseconds: number, random: Random): string {
  return `${ID_PREFIX[kind]}_${ulid(nowMilliseconds, random)}`;
}
