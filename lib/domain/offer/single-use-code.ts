import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { onceFor } from '../once-for.ts';

/** What an offer's codes are made by. */
export interface CodeSeries {
  readonly offerId: string;
  /** What each code begins with, as the catalog has it. */
  readonly prefix: string;
}

/** Crockford's base 32: no I, L, O and U, which people take for others (https://www.crockford.com/base32.html). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** 56 bits that nobody can guess, and room for 16 million serial numbers; together 80 bits, 16 characters. */
const TAG_BYTES = 7;
const SERIAL_BYTES = 3;
const CHARACTERS = 16;
const GROUP = 4;

/** Half of a code: 40 bits, which a number holds exactly. */
const HALF_BYTES = 5;
const HALF_CHARACTERS = 8;

/** A code however it is typed: capitals, blanks, dashes of any kind, and letters that look like digits don't matter. */
export const canonicalCode = (typed: string): string =>
  typed
    .replace(/[\s\p{Dash_Punctuation}]/gu, '')
    .toUpperCase()
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');

/** A secret as it is hashed with: made once for each, which takes longer than hashing. */
const keyOf = onceFor((secret: Uint8Array) => createSecretKey(secret));

/** A keyed hash of one purpose: what it says of one says nothing of another. */
export const keyedHash = (secret: Uint8Array, purpose: string, ...texts: readonly string[]): Buffer =>
  createHmac('sha256', keyOf(secret))
    .update(JSON.stringify([purpose, ...texts]))
    .digest();

const tagOf = (secret: Uint8Array, offerId: string, serial: number): Buffer =>
  keyedHash(secret, 'code', offerId, String(serial)).subarray(0, TAG_BYTES);

/** Hides a serial number, or shows it again: by its tag, which is different for each, so that no two look alike. */
const veil = (secret: Uint8Array, offerId: string, tag: Buffer, serial: number): number =>
  serial ^ keyedHash(secret, 'veil', offerId, tag.toString('hex')).readUIntBE(0, SERIAL_BYTES);

const charactersOf = (bytes: Buffer): string => {
  let text = '';
  for (let start = 0; start < bytes.length; start += HALF_BYTES) {
    const value = bytes.readUIntBE(start, HALF_BYTES);
    for (let place = HALF_CHARACTERS - 1; place >= 0; place--) {
      text += ALPHABET.charAt(Math.floor(value / 32 ** place) % 32);
    }
  }
  return text;
};

/** Null for what is not written in this alphabet. */
const bytesOf = (text: string): Buffer | null => {
  const bytes = Buffer.alloc((text.length / HALF_CHARACTERS) * HALF_BYTES);
  for (let half = 0; half < text.length / HALF_CHARACTERS; half++) {
    let value = 0;
    for (const character of text.slice(half * HALF_CHARACTERS, (half + 1) * HALF_CHARACTERS)) {
      const digit = ALPHABET.indexOf(character);
      if (digit === -1) return null;
      value = value * 32 + digit;
    }
    bytes.writeUIntBE(value, half * HALF_BYTES, HALF_BYTES);
  }
  return bytes;
};

/**
 * The code with a serial number, `<prefix>XXXX-XXXX-XXXX-XXXX`: always the same one, and not to be made without the
 * secret (docs/adr/0014-codes-prove-themselves.md).
 *
 * @param secret - 256 bits of the environment's own
 * @param serial - from 0 on
 */
export const codeOf = (secret: Uint8Array, { offerId, prefix }: CodeSeries, serial: number): string => {
  const bytes = Buffer.alloc(TAG_BYTES + SERIAL_BYTES);
  const tag = tagOf(secret, offerId, serial);
  tag.copy(bytes);
  bytes.writeUIntBE(veil(secret, offerId, tag, serial), TAG_BYTES, SERIAL_BYTES);
  const text = charactersOf(bytes);
  const groups = Array.from({ length: CHARACTERS / GROUP }, (_, index) =>
    text.slice(index * GROUP, (index + 1) * GROUP),
  );
  return `${prefix}${groups.join('-')}`;
};

/**
 * The serial number of a code, however it is typed; null for a code that was never made for this offer. How long it
 * takes says nothing of how much of a code is right.
 *
 * @param canonical - by {@link canonicalCode}
 */
export const serialOf = (
  secret: Uint8Array,
  { offerId, prefix }: CodeSeries,
  canonical: string,
): number | null => {
  const start = canonicalCode(prefix);
  if (canonical.length !== start.length + CHARACTERS || !canonical.startsWith(start)) return null;
  const bytes = bytesOf(canonical.slice(start.length));
  if (bytes === null) return null;
  const tag = bytes.subarray(0, TAG_BYTES);
  const serial = veil(secret, offerId, tag, bytes.readUIntBE(TAG_BYTES, SERIAL_BYTES));
  return timingSafeEqual(tag, tagOf(secret, offerId, serial)) ? serial : null;
};
