/**
 * A number as it stands in an outcome: a decimal string rounded to 12 significant digits, so that another
 * processor replays the same bytes. Verdicts are taken from the rounded string (`fromDecimal`).
 */
export function decimal(value: number): string {
  return quickly(value) ?? slowly(value);
}

/** The number a decimal string stands for. */
export function fromDecimal(text: string): number {
  return Number(text);
}

/** The number that `decimal` writes down, without the text. */
export function rounded(value: number): number {
  const size = Math.abs(value);
  if (size >= 1e-6 && size < 1e6) {
    const scale = POWERS[placesOf(size)] ?? Number.NaN;
    const digits = nearest(size * scale);
    // both are whole and exact, so that their quotient is what the digits are read as
    if (digits !== undefined) return value < 0 ? -digits / scale : digits / scale;
  }
  return fromDecimal(decimal(value));
}

/** What `decimal` is, and what the quicker way is tested against. */
function slowly(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  return String(Number(value.toPrecision(12)));
}

/** Whole powers of ten up to 10^22 are exact. */
const POWERS = Array.from({ length: 18 }, (_, power) => Number(`1e${power}`));
const THREE_DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));
const LAST_DIGITS = THREE_DIGITS.map((digits) => digits.replace(/0+$/, ''));

/**
 * The same text from whole numbers, for what is neither tiny nor huge: four times as quick, and a judgement writes
 * hundreds. Scaled to 12 digits a number is off by less than 1e-3, so only next to a half another digit could come out;
 * there, and where 9.99... becomes another power of ten, it answers undefined.
 */
function quickly(value: number): string | undefined {
  const size = Math.abs(value);
  if (!(size >= 1e-6 && size < 1e6)) return Number.isInteger(value) && size < 1e12 ? `${value}` : undefined;
  const places = placesOf(size);
  const digits = nearest(size * (POWERS[places] ?? Number.NaN));
  if (digits === undefined) return undefined;
  const text = places < 12 ? withWhole(digits, places) : fraction(digits, places);
  return value < 0 && text !== undefined ? `-${text}` : text;
}

/** The nearest whole number; undefined where that cannot be told. */
function nearest(scaled: number): number | undefined {
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  if (rest > 0.499 && rest < 0.501) return undefined;
  return rest < 0.5 ? floor : floor + 1;
}

function withWhole(digits: number, places: number): string {
  const scale = POWERS[places] ?? 1;
  const whole = Math.floor(digits / scale);
  const part = (digits - whole * scale) * (POWERS[12 - places] ?? 1);
  return part === 0 ? `${whole}` : `${whole}.${twelve(part)}`;
}

function fraction(digits: number, places: number): string | undefined {
  return digits < 1e12 ? `${ZEROS[places - 12]}${twelve(digits)}` : undefined;
}

const ZEROS = ['0.', '0.0', '0.00', '0.000', '0.0000', '0.00000'] as const;

/** Down to here so many zeros follow the point, one more each. */
const LIMITS = [0.1, 0.01, 1e-3, 1e-4, 1e-5] as const;

/** Digits after the point that make twelve significant ones. */
function placesOf(size: number): number {
  if (size < 1) {
    let zeros = 0;
    for (let limit = 0.1; size < limit && zeros < 5; limit = LIMITS[zeros] ?? 0) zeros += 1;
    return 12 + zeros;
  }
  let places = 11;
  for (let limit = 10; size >= limit; limit *= 10) places -= 1;
  return places;
}

/** Twelve digits after the point, without the zeros at their end. */
function twelve(part: number): string {
  const high = Math.floor(part / 1e6);
  const low = part - high * 1e6;
  const [first, third] = [Math.floor(high / 1000), Math.floor(low / 1000)];
  const [second, fourth] = [high - first * 1000, low - third * 1000];
  const start = THREE_DIGITS[first];
  if (low === 0) return second === 0 ? `${LAST_DIGITS[first]}` : `${start}${LAST_DIGITS[second]}`;
  const half = `${start}${THREE_DIGITS[second]}`;
  return fourth === 0
    ? `${half}${LAST_DIGITS[third]}`
    : `${half}${THREE_DIGITS[third]}${LAST_DIGITS[fourth]}`;
}
