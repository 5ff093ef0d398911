import { hash, randomBytes } from 'node:crypto';
import type { KeyRecord } from '../contracts/control.ts';
import type { KeyKind } from '../contracts/routes.ts';

const PREFIXES = { publishable: 'pk_', secret: 'sk_', admin: 'ak_' } as const satisfies Record<
  KeyKind,
  string
>;

/** Longest key that is looked up; ours have 46 characters, and a shop may have brought its own. */
const MAX_KEY_LENGTH = 200;

/** Where keys are looked up. An implementation may answer from a cache that is some seconds old. */
export interface KeyDirectory {
  /** The key whose {@link hashKey} this is, or `null` where none has it. Rejects where the store is away. */
  readonly find: (hash: string) => Promise<KeyRecord | null>;
}

/** SHA-256 of a key, in lower-case hex. Keys are 256 bits of randomness, so no salt and no stretching. */
export const hashKey = (key: string): string => hash('sha256', key);

/** What kind a key claims to be by its prefix, or `null` for what can't be a key. The record decides. */
export const kindOf = (key: string): KeyKind | null => {
  if (key.length > MAX_KEY_LENGTH) return null;
  if (key.startsWith(PREFIXES.publishable)) return 'publishable';
  if (key.startsWith(PREFIXES.secret)) return 'secret';
  if (key.startsWith(PREFIXES.admin)) return 'admin';
  return null;
};

/** A new key of 256 random bits: its prefix and 43 characters of base64url. */
export const generateKey = (kind: KeyKind): string => PREFIXES[kind] + randomBytes(32).toString('base64url');
