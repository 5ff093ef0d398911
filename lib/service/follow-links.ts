import { linkNow, MAX_HOPS } from '../domain/identity/links.ts';
import type { StoredVisitor } from '../domain/visitor/visitor-store.ts';

/**
 * Who an id is now: follows links until there is somebody, or nothing yet.
 *
 * @param read - what lies under a visitor id; undefined where that could not be read
 * @returns null where it could not be told: something was not read, or the links do not end
 */
export const followLinks = async (
  visitorId: string,
  read: (visitorId: string) => Promise<StoredVisitor | undefined>,
): Promise<StoredVisitor | null> => {
  let id = visitorId;
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const stored = await read(id);
    if (stored?.kind !== 'linked') return stored ?? null;
    id = linkNow(stored.links) ?? id;
  }
  return null;
};
