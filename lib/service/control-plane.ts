import type { ControlSnapshot, ControlStore, KeyRecord } from '../contracts/control.ts';

/** What the control plane needs of the world. */
export interface ControlPlaneDeps {
  readonly store: Pick<ControlStore, 'read'>;
  /** How old the last look may be, milliseconds. */
  readonly maxAgeMs: number;
  /** Milliseconds of a clock that never jumps; default: the process's own. */
  readonly elapsed?: () => number;
}

/**
 * Keys and the catalog's pointer as a function instance knows them. An instance is frozen between requests, so
 * nothing refreshes in the background: where the last look is too old, the next request looks again. Decide
 * carries that look along with its read of the visitor (`isStale`, `absorb`); everyone else lets `current` do it.
 */
export interface ControlPlane {
  /** Whether the next look is due. */
  readonly isStale: () => boolean;
  /** Takes over what was just read. */
  readonly absorb: (snapshot: ControlSnapshot) => void;
  /** The control plane, no older than allowed. */
  readonly current: () => Promise<ControlSnapshot>;
  /** The control plane as last seen, however old; looks where nothing was seen yet. */
  readonly lastSeen: () => Promise<ControlSnapshot>;
  /** The key with this SHA-256, no older than allowed, or null. */
  readonly find: (hash: string) => Promise<KeyRecord | null>;
  /**
   * The same for a request that looks again itself: a key known from the last look is answered without another,
   * however old that is, and whoever uses it asks `stillKnows` after `absorb`. An unknown one is looked up.
   */
  readonly findProvisionally: (hash: string) => Promise<KeyRecord | null>;
  /** Whether the last look still had the key of this id. */
  readonly stillKnows: (keyId: string) => boolean;
}

export const createControlPlane = ({
  store,
  maxAgeMs,
  elapsed = () => performance.now(),
}: ControlPlaneDeps): ControlPlane => {
  let last: { readonly snapshot: ControlSnapshot; readonly at: number } | null = null;
  let looking: Promise<ControlSnapshot> | null = null;

  const isStale = (): boolean => last === null || elapsed() - last.at >= maxAgeMs;

  const absorb = (snapshot: ControlSnapshot): void => {
    last = { snapshot, at: elapsed() };
  };

  /** With a maximum age, requests that are stale together look once; without one, each looks for itself. */
  const look = (): Promise<ControlSnapshot> => {
    if (looking !== null && maxAgeMs > 0) return looking;
    const reading = store.read().then((snapshot) => {
      absorb(snapshot);
      return snapshot;
    });
    looking = reading;
    const done = (): void => {
      if (looking === reading) looking = null;
    };
    reading.then(done, done);
    return reading;
  };

  const current = async (): Promise<ControlSnapshot> =>
    last !== null && !isStale() ? last.snapshot : look();

  const keyIn = ({ keys }: ControlSnapshot, hash: string): KeyRecord | null =>
    keys.find((key) => key.hash === hash) ?? null;

  const find = async (hash: string): Promise<KeyRecord | null> => keyIn(await current(), hash);

  return {
    isStale,
    absorb,
    current,
    lastSeen: async () => last?.snapshot ?? look(),
    find,
    findProvisionally: async (hash) => (last === null ? null : keyIn(last.snapshot, hash)) ?? find(hash),
    stillKnows: (keyId) => last?.snapshot.keys.some((key) => key.id === keyId) ?? false,
  };
};
