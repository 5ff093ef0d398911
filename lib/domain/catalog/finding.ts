import type { JsonObject } from '../json.ts';
import type { Definition, Finding } from './definition.ts';

/** What a rule says of one place in one definition. */
export interface Remark {
  readonly code: FindingCode;
  readonly severity: Finding['severity'];
  /** Inside the definition, see {@link Finding.path}. */
  readonly path: string;
  readonly message: string;
  readonly evidence?: JsonObject;
}

/** Every code that validation and lint use. */
export type FindingCode =
  | 'duplicate-id'
  | 'settings-repeated'
  | 'condition-invalid'
  | 'template-invalid'
  | 'segment-cyclic'
  | 'not-yet-run'
  | 'reference-missing'
  | 'step-unreachable'
  | 'condition-contradictory'
  | 'offer-unbounded'
  | 'reward-field-ignored'
  | 'claim-not-individual'
  | 'legal-name'
  | 'apology-without-problem'
  | 'fake-urgency'
  | 'goal-missing'
  | 'holdout-missing'
  | 'quiet-hours-overridden'
  | 'sell-in-recovery'
  | 'emit-loop'
  | 'grant-without-effect';

/** The remark as a finding about its definition. */
export const findingAbout = (definition: Definition, remark: Remark): Finding => ({
  code: remark.code,
  severity: remark.severity,
  kind: definition.kind,
  id: definition.id,
  path: remark.path,
  message: remark.message,
  evidence: remark.evidence ?? {},
});

/**
 * Errors that no reason overrules: what they speak of can't be compiled, or would mean two things at once.
 */
const UNFORCEABLE: ReadonlySet<string> = new Set<FindingCode>([
  'duplicate-id',
  'settings-repeated',
  'condition-invalid',
  'segment-cyclic',
]);

/** Whether a catalog with this finding may be published, given a reason where that is allowed. */
export const isAcceptable = (finding: Finding, forced: boolean): boolean =>
  finding.severity === 'warning' || (forced && !UNFORCEABLE.has(finding.code));

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** By kind, id, path and code, so that the order of the definitions does not show. */
export const sortFindings = (findings: readonly Finding[]): readonly Finding[] =>
  [...findings].sort(
    (a, b) =>
      order(a.kind, b.kind) ||
      order(a.id, b.id) ||
      order(a.path, b.path) ||
      order(a.code, b.code) ||
      order(a.message, b.message),
  );
