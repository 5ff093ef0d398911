import fc from 'fast-check';
import { archiveSecretOf } from '../../../lib/domain/archive/archive-secret.ts';
import { KEY_BYTES, NONCE_BYTES } from '../../../lib/domain/archive/cipher.ts';
import type { Application } from '../../../lib/domain/archive/record.ts';

/** Random bytes of some length. */
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

export const keys = bytes(KEY_BYTES);
export const nonces = bytes(NONCE_BYTES);

/** Visitor ids. */
export const visitorIds = bytes(16).map((id) => `v${Buffer.from(id).toString('base64url')}`);

/** What an environment's archive names people by. */
export const secrets = keys.map(archiveSecretOf);

/** How an event took effect that a test does not look at. */
export const applicationOf = (key: Uint8Array, hidden = 'hidden'): Application => ({
  at: Date.UTC(2026, 0, 1, 12),
  catalogVersion: 7,
  currency: 'EUR',
  key,
  hidden,
});
