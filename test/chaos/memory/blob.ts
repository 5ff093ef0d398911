/** Stands for the adapters' compression: the same values as bytes, as they are. */
export const pack = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

export const unpack = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString('utf8'));

export const createUnpacker = (): typeof unpack => unpack;
