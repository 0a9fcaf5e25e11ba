import {
  type AuditReport,
  type Finding,
  VERDICT_EXITS,
  type Verdict,
} from '../shared/ledger/verifier/index.ts';

/** A report with what else was found; what it says already is not said twice. */
export function withFindings(report: AuditReport, more: readonly Finding[]): AuditReport {
  const isKnown = ({ reason }: Finding): boolean => report.findings.some((each) => each.reason === reason);
  const findings = [...report.findings, ...more.filter((finding) => !isKnown(finding))];
  const order = Object.keys(VERDICT_EXITS) as readonly Verdict[];
  const verdict = order.find((each) => findings.some((finding) => finding.verdict === each)) ?? 'sound';
  if (verdict === report.verdict) return { ...report, findings };
  const { firstBad: _, ...rest } = report;
  const places = findings.flatMap(({ verdict: of, seq }) => (of === verdict ? (seq ?? []) : []));
  return { ...rest, verdict, findings, ...(places.length > 0 && { firstBad: Math.min(...places) }) };
}
