import { linkNow } from '../../../lib/domain/identity/links.ts';
import type { StoredVisitor } from '../../../lib/domain/visitor/visitor-store.ts';
import type { Outcome } from '../life-of-a-seed.ts';

export type Person = Extract<StoredVisitor, { kind: 'visitor' }>;

/** Everybody who lies under an id of their own. */
export const peopleOf = ({ visitors }: Pick<Outcome, 'visitors'>): readonly Person[] =>
  [...visitors.values()].flatMap((stored) => (stored.kind === 'visitor' ? [stored] : []));

/**
 * Whom mail for a visitor id may have gone to: a device may have gone from hand to hand. Where log-ins arrive in another
 * order than they happened, what was told already stays with whoever it was told to.
 */
export const ownersOf = ({ visitors }: Pick<Outcome, 'visitors'>, visitorId: string): readonly Person[] => {
  const byId = new Map([...visitors.values()].map((stored) => [stored.visitorId, stored]));
  const personAt = (id: string | null): readonly Person[] => {
    const stored = id === null ? undefined : byId.get(id);
    if (stored?.kind === 'visitor') return [stored];
    return stored?.kind === 'linked' ? personAt(linkNow(stored.links)) : [];
  };
  const first = byId.get(visitorId);
  return first?.kind === 'linked' ? first.links.flatMap(({ to }) => personAt(to)) : personAt(visitorId);
};
