import type { StoredKey } from '../contracts/control.ts';
import { generateKey, hashKey } from '../runtime/keys.ts';
import type { KeyDeps } from './key-operations.ts';

/** What the first admin key is called in lists. */
const LABEL = 'first';
const MAX_ATTEMPTS = 5;

/**
 * Makes the admin key of a service that has none, as nobody can by its API: whoever may write the log table is trusted
 * with it. Later ones are minted with it, so that each has somebody who asked for it.
 *
 * @returns the key, which is nowhere else from then on, and its id; null where there is an admin key already
 * @throws Error where others wrote keys each time
 */
export const createFirstKey = async ({
  store,
  now,
  newId,
}: KeyDeps): Promise<{ readonly id: string; readonly key: string } | null> => {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const seen = await store.read();
    if (seen.keys.some(({ kind }) => kind === 'admin')) return null;
    const key = generateKey('admin');
    const stored: StoredKey = {
      id: newId(),
      kind: 'admin',
      label: LABEL,
      hash: hashKey(key),
      createdAt: now(),
    };
    if ((await store.putKeys(seen, [...seen.keys, stored])) === 'stored') return { id: stored.id, key };
  }
  throw new Error('others changed the keys at the same time; nothing was changed');
};
