import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import { onceFor } from '../once-for.ts';

/** AES-256 in Galois/Counter Mode (NIST SP 800-38D): nobody reads, or changes unnoticed, without the key. */
const CIPHER = 'aes-256-gcm';

/** Bytes of a key. */
export const KEY_BYTES = 32;

/** Bytes of a nonce. Random ones of this length are safe for 2^32 texts under one key: a person has fewer events. */
export const NONCE_BYTES = 12;

const TAG_BYTES = 16;

/** A key made ready: that takes longer than what is done with it, and most are used several times in a row. */
export const readyKey = onceFor((key: Uint8Array) => createSecretKey(key));

/**
 * Encrypts a text, and vouches for another that stays readable beside it.
 *
 * @param nonce - {@link NONCE_BYTES} that were never used under this key
 * @param clear - what is not hidden: it opens only beside exactly this
 */
export const seal = (key: Uint8Array, nonce: Uint8Array, text: string, clear: string): Buffer => {
  const cipher = createCipheriv(CIPHER, readyKey(key), nonce).setAAD(Buffer.from(clear));
  const hidden = cipher.update(text, 'utf8');
  cipher.final();
  return Buffer.concat([nonce, cipher.getAuthTag(), hidden]);
};

/** The text that was sealed; null under another key, beside another clear text, or where a bit was changed. */
export const unseal = (key: Uint8Array, sealed: Uint8Array, clear: string): string | null => {
  if (sealed.length < NONCE_BYTES + TAG_BYTES || key.length !== KEY_BYTES) return null;
  const nonce = sealed.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, readyKey(key), nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES)).setAAD(Buffer.from(clear));
  const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8');
  try {
    return text + decipher.final('utf8');
  } catch {
    return null;
  }
};
