import type {
  CatalogPointer,
  CatalogVersion,
  ControlSnapshot,
  ExhaustedCap,
  StoredKey,
} from '../../contracts/control.ts';
import type { BatchRead, TableKeys } from './batch-get.ts';
import { itemAt } from './batch-get.ts';
import { createUnpacker, pack, unpack } from './blob.ts';
import type { Item } from './item.ts';

/**
 * The control plane's items in the log table: a pointer to the active catalog and the keys' hashes, small enough
 * to ride along with every decision's read; versions, and their chunks.
 */
const CONTROL = 'control';
export const POINTER_KEY: Item = { pk: { S: CONTROL }, sk: { S: 'catalog' } };
export const KEYS_KEY: Item = { pk: { S: CONTROL }, sk: { S: 'keys' } };

/** Under a key of its own: who counts redemptions must not be able to write keys. */
export const EXHAUSTED_KEY: Item = { pk: { S: 'exhausted-caps' }, sk: { S: 'D' } };

export const VERSIONS = 'catalog-versions';
export const versionKey = (version: number): Item => ({
  pk: { S: VERSIONS },
  sk: { S: String(version).padStart(8, '0') },
});

/** The control items, to be read with others. */
export const controlKeys = (table: string): TableKeys => ({
  table,
  keys: [POINTER_KEY, KEYS_KEY, EXHAUSTED_KEY],
});

const NO_CATALOG: CatalogPointer = { active: 0, rollout: null, latest: 0 };

const unpackPointer = createUnpacker();
const unpackKeys = createUnpacker();
const unpackExhausted = createUnpacker();

/** The digest of exhausted caps. */
export const readExhausted = (item: Item | undefined): readonly ExhaustedCap[] =>
  item?.s?.B === undefined ? [] : (unpackExhausted(item.s.B) as readonly ExhaustedCap[]);

export const exhaustedItem = (caps: readonly ExhaustedCap[], version: number): Item => ({
  ...EXHAUSTED_KEY,
  v: { N: String(version) },
  s: { B: pack(caps) },
});

/** What the control items of a batch say. */
export const readControl = (batch: BatchRead, table: string): ControlSnapshot => {
  const pointer = itemAt(batch, table, POINTER_KEY);
  const keys = itemAt(batch, table, KEYS_KEY);
  return {
    pointer: pointer?.s?.B === undefined ? NO_CATALOG : (unpackPointer(pointer.s.B) as CatalogPointer),
    pointerVersion: versionNumber(pointer),
    keys: keys?.s?.B === undefined ? [] : (unpackKeys(keys.s.B) as readonly StoredKey[]),
    keysVersion: versionNumber(keys),
    exhausted: readExhausted(itemAt(batch, table, EXHAUSTED_KEY)),
  };
};

export const pointerItem = (pointer: CatalogPointer, version: number): Item => ({
  ...POINTER_KEY,
  v: { N: String(version) },
  s: { B: pack(pointer) },
});

export const keysItem = (keys: readonly StoredKey[], version: number): Item => ({
  ...KEYS_KEY,
  v: { N: String(version) },
  s: { B: pack(keys) },
});

/** A version's item: what it is, and where its chunks lie. */
export const versionItem = (version: CatalogVersion, publication: string, chunks: number): Item => ({
  ...versionKey(version.version),
  s: { B: pack(version) },
  publication: { S: publication },
  chunks: { N: String(chunks) },
});

export const readVersion = (item: Item): CatalogVersion | null =>
  item.s?.B === undefined ? null : (unpack(item.s.B) as CatalogVersion);

export const chunkKey = (publication: string, index: number): Item => ({
  pk: { S: `catalog-chunks#${publication}` },
  sk: { S: String(index).padStart(4, '0') },
});

const versionNumber = (item: Item | undefined): number | null =>
  item === undefined ? null : Number(item.v?.N ?? 0);
