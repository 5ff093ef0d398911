import type { VisitorEvent } from '../domain/visitor/event.ts';
import type { Sealing } from '../domain/visitor/visitor-store.ts';

/** Events of a visitor id whose effect the store shows: since now, or since an attempt before. */
export interface AppliedMail {
  /** The visitor id under which they came. */
  readonly home: string;
  /** Whom they changed, with what their item keeps. */
  readonly visitorId: string;
  readonly sealing: Sealing;
  readonly events: readonly VisitorEvent[];
  /** Those of them that took effect just now. */
  readonly applied: readonly VisitorEvent[];
  /** The service's clock, milliseconds since 1970. */
  readonly at: number;
  readonly catalogVersion: number;
  /** The settings'. */
  readonly currency: string;
}

/** Told what became of mail. It may be told of some of it though the rest fails, and comes again. */
export type TellApplied = (mail: AppliedMail) => void;

/** What was received of somebody after they were erased: all, where they never were. */
export const sinceErased = (
  sealing: Sealing | undefined,
  events: readonly VisitorEvent[],
): readonly VisitorEvent[] => {
  const erasedAt = sealing?.erasedAt ?? null;
  return erasedAt === null ? events : events.filter(({ receivedAt }) => receivedAt > erasedAt);
};
