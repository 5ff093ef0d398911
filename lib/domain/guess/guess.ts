import { canonicalCode, keyedHash } from '../offer/single-use-code.ts';

/** Who guesses: a visitor under one of their ids, or a network address by its keyed hash. */
export interface Guesser {
  readonly kind: 'visitor' | 'address';
  readonly id: string;
}

/** So many different codes may be wrong within an hour of the clock; after them no code is told from an unknown one. */
export const WRONG_CODES: Readonly<Record<Guesser['kind'], number>> = { visitor: 10, address: 50 };

const HOUR_MS = 60 * 60_000;

/** The hour of the clock that a moment is in, counted since 1970. */
export const hourOf = (now: number): number => Math.floor(now / HOUR_MS);

/** When an hour of the clock is over, milliseconds since 1970. */
export const endOfHour = (hour: number): number => (hour + 1) * HOUR_MS;

/** Names a wrong code among those of an hour: the same code again, on the next page, is the same guess. */
export const guessOf = (secret: Uint8Array, code: string): string =>
  keyedHash(secret, 'guess', canonicalCode(code)).toString('base64url').slice(0, 16);

/** The part of an address that one customer of a provider has: of IPv6 they have 2^64 to choose from. */
const networkOf = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - rest.length);
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
};

/** An address as it is counted: nobody who reads the table can tell whose it is. */
export const guesserAt = (secret: Uint8Array, address: string): Guesser => ({
  kind: 'address',
  id: keyedHash(secret, 'address', networkOf(address)).toString('base64url').slice(0, 22),
});
