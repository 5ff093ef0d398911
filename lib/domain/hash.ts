/**
 * MurmurHash3 x86 32-bit over the UTF-16 code units of a string (Appleby 2008, public domain): the field's
 * usual choice for bucketing. Not for secrets.
 */
export const murmur3 = (text: string, seed: number): number => {
  let hash = seed | 0;
  const pairs = text.length & ~1;
  for (let i = 0; i < pairs; i += 2) {
    let block = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
    block = Math.imul(block, 0xcc9e2d51);
    block = (block << 15) | (block >>> 17);
    hash ^= Math.imul(block, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  if (pairs < text.length) {
    let block = Math.imul(text.charCodeAt(pairs), 0xcc9e2d51);
    block = (block << 15) | (block >>> 17);
    hash ^= Math.imul(block, 0x1b873593);
  }
  hash ^= text.length * 2;
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** Where a person falls for one experiment: a number in [0, 1), the same for good. */
export const bucketOf = (seed: string, experiment: string): number =>
  murmur3(`${experiment}\n${seed}`, 0x57656e64) / 4294967296;

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

/** What `toString(36).padStart(width, '0')` gives for a hash, in half of its time: each event is marked by two of them. */
export const base36 = (hash: number, width: number): string => {
  let text = '';
  for (let rest = hash; rest > 0 || text.length < width; rest = Math.floor(rest / 36))
    text = DIGITS.charAt(rest % 36) + text;
  return text;
};

/** An event is asked for its mark several times in a row. */
let last = { messageId: '', mark: '' };

/** A 64-bit fingerprint of a `messageId`, in at most 14 characters. */
export const markOf = (messageId: string): string => {
  if (messageId === last.messageId && last.mark !== '') return last.mark;
  const low = base36(murmur3(messageId, 0x57454e44), 7);
  last = { messageId, mark: base36(murmur3(messageId, 0x6d61726b), 1) + low };
  return last.mark;
};
