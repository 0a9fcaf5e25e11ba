const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
const TINY = 1e-300;
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Natural logarithm of the gamma function for x > 0, to about 14 digits (Lanczos, g = 7, 9 terms). */
function logGamma(x: number): number {
  // Below one half the series loses digits; Gamma(x) = Gamma(x + 1) / x.
  if (x < 0.5) return logGamma(x + 1) - Math.log(x);
  let sum = LANCZOS[0] ?? 0;
  for (let k = 1; k < LANCZOS.length; k += 1) sum += (LANCZOS[k] ?? 0) / (x + (k - 1));
  const base = x + 6.5;
  return HALF_LOG_TWO_PI + (x - 0.5) * Math.log(base) - base + Math.log(sum);
}

/** Not zero: it is divided by. */
function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** The continued fraction of the incomplete beta function by Lentz's method (DLMF 8.17.22). */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let product = d;
  for (let m = 1; m <= 500; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    product *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    product *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return product;
}

/** Logarithm of the beta function. */
function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** P(X <= x) of a Beta(a, b) variable, for a, b > 0; the regularised incomplete beta function. */
export function betaShare(x: number, a: number, b: number): number {
  return shareAt(x, a, b, a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b));
}

/** @param logFront ln(x^a (1 - x)^b / B(a, b)) */
function shareAt(x: number, a: number, b: number, logFront: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logFront);
  // The fraction converges quickly only on this side of the mean.
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(x, a, b)) / a;
  return 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** The value that a Beta(a, b) variable stays below with probability `share`: Newton's method inside a bracket, to about 13 digits. */
export function betaQuantile(share: number, a: number, b: number): number {
  const scale = logBeta(a, b);
  let low = 0;
  let high = 1;
  let x = a / (a + b);
  for (let step = 0; step < 100; step += 1) {
    const [log, logRest] = [Math.log(x), Math.log1p(-x)];
    const miss = shareAt(x, a, b, a * log + b * logRest - scale) - share;
    if (miss < 0) low = x;
    else high = x;
    const density = Math.exp((a - 1) * log + (b - 1) * logRest - scale);
    const aimed = x - miss / density;
    // Newton squares its error: after an aim this near the next would change nothing.
    if (Math.abs(aimed - x) <= 1e-9 * Math.min(x, 1 - x)) return aimed;
    // Where the density is flat Newton leaves the bracket: then halve it.
    x = aimed > low && aimed < high ? aimed : (low + high) / 2;
  }
  return x;
}
