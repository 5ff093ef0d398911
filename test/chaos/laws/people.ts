import { linkAt, linkNow } from '../../../lib/domain/identity/links.ts';
import type { Stamp } from '../../../lib/domain/stamp.ts';
import type { StoredVisitor } from '../../../lib/domain/visitor/visitor-store.ts';
import type { Outcome } from '../life-of-a-seed.ts';

export type Person = Extract<StoredVisitor, { kind: 'visitor' }>;

/** Everybody who lies under an id of their own. */
export const peopleOf = ({ visitors }: Pick<Outcome, 'visitors'>): readonly Person[] =>
  [...visitors.values()].flatMap((stored) => (stored.kind === 'visitor' ? [stored] : []));

/** Whom mail for a visitor id belongs to that is of a moment: a device may have gone from hand to hand since. */
export const ownerAt = (
  { visitors }: Pick<Outcome, 'visitors'>,
  visitorId: string,
  stamp: Stamp,
): Person | null => {
  const byId = new Map([...visitors.values()].map((stored) => [stored.visitorId, stored]));
  const first = byId.get(visitorId);
  // Only the first step is of that moment: whoever it leads to may have become somebody else for good.
  let at = first?.kind === 'linked' ? linkAt(first.links, stamp) : visitorId;
  while (at !== null) {
    const stored = byId.get(at);
    if (stored?.kind === 'visitor') return stored;
    at = stored?.kind === 'linked' ? linkNow(stored.links) : null;
  }
  return null;
};
