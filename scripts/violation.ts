/** A rule of the house that a file breaks. */
export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly target: string;
  readonly rule: string;
}
