import { hash } from 'node:crypto';

/** The key of a person by the id that the shop knows them by. */
export const userKey = (userId: string): string => {
  if (userId !== lastUser.userId) lastUser = { userId, key: `user:${userId}` };
  return lastUser.key;
};

/** A new text must be hashed before it is looked up, and the same person is asked for many times in a row. */
let lastUser = { userId: '', key: 'user:' };

/** The key of a browser or device that has not said who uses it. */
export const anonymousKey = (anonymousId: string): string => `anon:${anonymousId}`;

/** Reads `user:<userId>` or `anon:<anonymousId>`; null for anything else. */
export const parseIdKey = (
  key: string,
): { readonly kind: 'user' | 'anonymous'; readonly id: string } | null => {
  if (key.startsWith('user:') && key.length > 5) return { kind: 'user', id: key.slice(5) };
  if (key.startsWith('anon:') && key.length > 5) return { kind: 'anonymous', id: key.slice(5) };
  return null;
};

/** Ids seen lately: a hash costs more than a look-up, and a visitor comes with many events. */
const known = new Map<string, string>();
const MAX_KNOWN = 10_000;

/**
 * The visitor id of a key: `v` and 128 bits of its SHA-256, so that answers, store keys and logs name a person
 * without saying who it is. The item of each id lies under its own visitor id, whoever it points to.
 */
export const visitorIdOf = (idKey: string): string => {
  const present = known.get(idKey);
  if (present !== undefined) return present;
  const digest = Buffer.from(hash('sha256', idKey, 'hex').slice(0, 32), 'hex');
  const id = `v${digest.toString('base64url')}`;
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(idKey, id);
  return id;
};

/** Whether a text has the form of a visitor id. */
export const isVisitorId = (text: string): boolean => /^v[A-Za-z0-9_-]{22}$/.test(text);
