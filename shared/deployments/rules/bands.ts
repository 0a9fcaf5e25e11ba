/** Lower ends of the bands of a score (features C2); the last one at or below the score is its band. */
export const BANDS = [
  { band: 'low', from: 0 },
  { band: 'medium', from: 0.3 },
  { band: 'high', from: 0.5 },
  { band: 'severe', from: 0.7 },
  { band: 'critical', from: 0.9 },
] as const;
export type RiskBand = (typeof BANDS)[number]['band'];

/** The four levels of genops-v1. */
export type RiskLevel = 'low' | 'medium' | 'high' | 'critical';

/** The band of a score in [0, 1]; what is no number counts as critical. */
export function bandOf(score: number): RiskBand {
  if (Number.isNaN(score)) return 'critical';
  return BANDS.findLast(({ from }) => score >= from)?.band ?? 'low';
}

/** The level of a score in [0, 1]: critical from .9, high from .7, medium from .5; what is no number counts as critical. */
export function levelOf(score: number): RiskLevel {
  if (Number.isNaN(score) || score >= 0.9) return 'critical';
  if (score >= 0.7) return 'high';
  return score >= 0.5 ? 'medium' : 'low';
}
