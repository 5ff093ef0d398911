/** A visitor of whom something is due. */
export interface DueVisitor {
  readonly visitorId: string;
  /** Milliseconds since 1970. */
  readonly due: number;
}

/**
 * A port: finds visitors of whom something was due between two moments, milliseconds since 1970, and has not been
 * done; page by page.
 */
export type FindDue = (from: number, to: number) => AsyncIterable<readonly DueVisitor[]>;
