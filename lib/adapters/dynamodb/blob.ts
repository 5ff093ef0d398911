import { deflateRawSync, inflateRawSync } from 'node:zlib';

/**
 * State is kept as one compressed attribute: a write is billed for every KB of the item, and one attribute is
 * read several times faster than hundreds (`docs/adr/0004-state-is-one-compressed-attribute.md`).
 */
export const pack = (value: unknown): Uint8Array => deflateRawSync(JSON.stringify(value));

/** The value that `pack` was given. */
export const unpack = (bytes: Uint8Array): unknown => JSON.parse(inflateRawSync(bytes).toString('utf8'));

/** `unpack` that remembers the last bytes it was given: what every request reads and hardly ever changes. */
export const createUnpacker = (): ((bytes: Uint8Array) => unknown) => {
  let last: { readonly bytes: Uint8Array; readonly value: unknown } | null = null;
  return (bytes) => {
    if (last === null || Buffer.compare(last.bytes, bytes) !== 0) last = { bytes, value: unpack(bytes) };
    return last.value;
  };
};
