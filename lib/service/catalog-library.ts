import type { CatalogPointer, ControlStore } from '../contracts/control.ts';
import { withCarried } from '../domain/catalog/carry-journeys.ts';
import { decodeCatalog } from '../domain/catalog/codec.ts';
import type { CompiledCatalog } from '../domain/catalog/compiled.ts';
import { emptyCatalog } from '../domain/catalog/empty-catalog.ts';
import { bucketOf } from '../domain/hash.ts';

/** The active catalog, and the one that a share of the visitors gets instead. */
export interface Catalogs {
  readonly active: CompiledCatalog;
  readonly rollout: { readonly catalog: CompiledCatalog; readonly percent: number } | null;
}

/** Loads the catalogs that a pointer names; each version once, since versions never change. */
export type CatalogLibrary = (pointer: CatalogPointer) => Promise<Catalogs>;

/** Reads one version by itself, however old: none is ever deleted. */
export const catalogAt =
  (library: CatalogLibrary) =>
  async (version: number): Promise<CompiledCatalog> =>
    (await library({ active: version, rollout: null, latest: version })).active;

/** Which catalog a person gets: always the same one of the two. */
export const catalogFor = ({ active, rollout }: Catalogs, seed: string): CompiledCatalog =>
  rollout !== null && bucketOf(seed, `$rollout-${rollout.catalog.version}`) * 100 < rollout.percent
    ? rollout.catalog
    : active;

/** Versions kept decoded: the active one, one being rolled out, one to roll back to, and those carried along. */
const MAX_DECODED = 6;

export const createCatalogLibrary = (store: Pick<ControlStore, 'loadVersion'>): CatalogLibrary => {
  const decoded = new Map<number, Promise<CompiledCatalog>>();

  const loadStored = async (version: number): Promise<CompiledCatalog> => {
    if (version === 0) return emptyCatalog();
    const bytes = await store.loadVersion(version);
    if (bytes === null) throw new Error(`catalog version ${version} is pointed to and not there`);
    return decodeCatalog(bytes);
  };

  const load = (version: number): Promise<CompiledCatalog> => {
    const loading = decoded.get(version) ?? loadStored(version);
    // Set anew each time, so that the one used longest ago stands first.
    decoded.delete(version);
    decoded.set(version, loading);
    loading.catch(() => decoded.delete(version));
    for (const oldest of decoded.keys()) {
      if (decoded.size <= MAX_DECODED) break;
      decoded.delete(oldest);
    }
    return loading;
  };

  let joined: { readonly name: string; readonly catalog: CompiledCatalog } | null = null;

  const loadCarrying = async (active: number, carried: readonly number[]): Promise<CompiledCatalog> => {
    const name = [active, ...carried].join(' ');
    if (joined?.name === name) return joined.catalog;
    const [catalog, newer] = await Promise.all([load(active), Promise.all(carried.map(load))]);
    joined = { name, catalog: withCarried(catalog, newer) };
    return joined.catalog;
  };

  return async ({ active, rollout, carried = [] }) => {
    const [catalog, rolledOut] = await Promise.all([
      carried.length === 0 ? load(active) : loadCarrying(active, carried),
      rollout === null ? null : load(rollout.version),
    ]);
    return {
      active: catalog,
      rollout:
        rollout === null || rolledOut === null ? null : { catalog: rolledOut, percent: rollout.percent },
    };
  };
};

/** The counters that either catalog asks for, by event name: whoever is moved between them keeps their history. */
export const countersOf = ({ active, rollout }: Catalogs): CompiledCatalog['countersByEvent'] => {
  if (rollout === null) return active.countersByEvent;
  const merged = new Map(active.countersByEvent);
  for (const [name, specs] of rollout.catalog.countersByEvent) {
    const present = merged.get(name) ?? [];
    const ids = new Set(present.map((spec) => spec.id));
    merged.set(name, [...present, ...specs.filter((spec) => !ids.has(spec.id))]);
  }
  return merged;
};
