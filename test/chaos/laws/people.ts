import { linkNow } from '../../../lib/domain/identity/links.ts';
import type { StoredVisitor } from '../../../lib/domain/visitor/visitor-store.ts';
import type { Outcome } from '../life-of-a-seed.ts';

export type Person = Extract<StoredVisitor, { kind: 'visitor' }>;

/** Everybody who lies under an id of their own. */
export const peopleOf = ({ visitors }: Pick<Outcome, 'visitors'>): readonly Person[] =>
  [...visitors.values()].flatMap((stored) => (stored.kind === 'visitor' ? [stored] : []));

/** Whom a visitor id leads to in the end. */
export const personAt = ({ visitors }: Pick<Outcome, 'visitors'>, visitorId: string): Person | null => {
  const byId = new Map([...visitors.values()].map((stored) => [stored.visitorId, stored]));
  let at: string | null = visitorId;
  while (at !== null) {
    const stored = byId.get(at);
    if (stored?.kind === 'visitor') return stored;
    at = stored?.kind === 'linked' ? linkNow(stored.links) : null;
  }
  return null;
};
