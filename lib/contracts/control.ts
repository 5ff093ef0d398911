import type { KeyKind } from './routes.ts';

/** What is known of a key. The key itself is nowhere: only its SHA-256 is stored. */
export interface KeyRecord {
  /** Names the key in lists and logs; not secret. */
  readonly id: string;
  readonly kind: KeyKind;
  /** Origins that a browser may use it from; absent: any. */
  readonly origins?: readonly string[] | undefined;
  /** Placements that it may ask for; absent: all. */
  readonly placements?: readonly string[] | undefined;
  /** Its anonymous ids stand for `<partner>:<id>`. */
  readonly partner?: string | undefined;
}

/** A key as it is stored. */
export interface StoredKey extends KeyRecord {
  /** SHA-256 of the key, lower-case hex. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly label?: string | undefined;
}

/** Where the catalog stands. */
export interface CatalogPointer {
  /** The version that visitors get; 0 before anything was published. */
  readonly active: number;
  /** A version that a share of the visitors get instead. */
  readonly rollout: { readonly version: number; readonly percent: number } | null;
  /** Newer versions that were active before an older one was activated again: people are in flight on theirs. */
  readonly carried?: readonly number[];
  /** The highest version that exists. */
  readonly latest: number;
}

/** A stored version of the catalog, without its definitions. */
export interface CatalogVersion {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly publishedAt: number;
  /** Number of definitions. */
  readonly definitions: number;
  /** Why errors of the lint were overruled, where they were. */
  readonly forced?: string | undefined;
}

/** A cap that redemptions found used up, or too small for what a cart would use. */
export interface ExhaustedCap {
  readonly offerId: string;
  readonly limit: 'total' | 'budget';
  /** The limit as the catalog had it: another one says nothing of it. */
  readonly of: number;
  readonly left: number;
  /** When it was found so, milliseconds since 1970: nobody relies on it for long. */
  readonly at: number;
}

/** A cap that was written so lately is not written again, milliseconds: it is half of how long anybody relies on it. */
const TOLD_MS = 150_000;

/** Whether what is known of a cap says the same of it, and has been said lately. */
export const isTold = (known: ExhaustedCap | undefined, found: ExhaustedCap): boolean =>
  known?.of === found.of && known.left === found.left && found.at < known.at + TOLD_MS;

/** What the control plane says, with the numbers of its two items' writes (null where they do not exist). */
export interface ControlSnapshot {
  readonly pointer: CatalogPointer;
  readonly pointerVersion: number | null;
  readonly keys: readonly StoredKey[];
  readonly keysVersion: number | null;
  /** Caps that are known to be used up; absent: none. */
  readonly exhausted?: readonly ExhaustedCap[];
}

/** The control plane's memory: catalog versions, the pointer to the active one, and keys. */
export interface ControlStore {
  /** Strongly consistent. */
  readonly read: () => Promise<ControlSnapshot>;
  /** The compiled catalog as it was published, or null where there is no such version. */
  readonly loadVersion: (version: number) => Promise<Uint8Array | null>;
  /** Newest first. */
  readonly listVersions: () => Promise<readonly CatalogVersion[]>;
  /** Stores a version and points to it, unless somebody published or activated since `seen` was read. */
  readonly publish: (
    seen: ControlSnapshot,
    version: CatalogVersion,
    compiled: Uint8Array,
  ) => Promise<'published' | 'conflict'>;
  readonly activate: (seen: ControlSnapshot, pointer: CatalogPointer) => Promise<'activated' | 'conflict'>;
  readonly putKeys: (seen: ControlSnapshot, keys: readonly StoredKey[]) => Promise<'stored' | 'conflict'>;
}
