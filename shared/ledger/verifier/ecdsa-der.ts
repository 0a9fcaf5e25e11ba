const SEQUENCE = 0x30;
const INTEGER = 0x02;
const SCALAR_BYTES = 32;
const SIGN_BIT = 0x80;

/**
 * An ECDSA signature in DER as r || s, 32 bytes each; undefined unless it is the one DER spelling of two positive
 * numbers of at most 256 bits. Which of them are in range is for the curve to say.
 */
export function rawEcdsa(der: Uint8Array): Uint8Array | undefined {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2 || der.length >= SIGN_BIT) return undefined;
  const r = scalarAt(der, 2);
  const s = r === undefined ? undefined : scalarAt(der, r.end);
  if (r === undefined || s === undefined || s.end !== der.length) return undefined;
  const raw = new Uint8Array(2 * SCALAR_BYTES);
  raw.set(r.bytes, SCALAR_BYTES - r.bytes.length);
  raw.set(s.bytes, 2 * SCALAR_BYTES - s.bytes.length);
  return raw;
}

function scalarAt(
  der: Uint8Array,
  at: number,
): { readonly bytes: Uint8Array; readonly end: number } | undefined {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  if (der[at] !== INTEGER || length === 0 || end > der.length) return undefined;
  const [first = 0, second = 0] = der.subarray(at + 2, end);
  if (first >= SIGN_BIT) return undefined;
  const padded = first === 0 && length > 1;
  if (padded && second < SIGN_BIT) return undefined;
  const bytes = der.slice(at + (padded ? 3 : 2), end);
  return bytes.length <= SCALAR_BYTES ? { bytes, end } : undefined;
}
