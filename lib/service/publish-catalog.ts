import { parseDefinitions, toFinding } from '../contracts/catalog/definition.ts';
import type { CatalogPointer, CatalogVersion, ControlStore } from '../contracts/control.ts';
import type { FieldError } from '../contracts/http/field-error.ts';
import { carryJourneys, checkMapping } from '../domain/catalog/carry-journeys.ts';
import { encodeCatalog } from '../domain/catalog/codec.ts';
import { type Compilation, compileCatalog } from '../domain/catalog/compile.ts';
import type { CompiledCatalog } from '../domain/catalog/compiled.ts';
import type { Definition, Finding } from '../domain/catalog/definition.ts';
import { resolveSettings } from '../domain/catalog/settings.ts';
import type { Facts } from '../domain/condition/facts.ts';
import { decisionFacts } from '../domain/decision/decision-facts.ts';
import { NO_REQUEST } from '../domain/decision/request.ts';
import { profileOf } from '../domain/visitor/profile.ts';
import type { StoredVisitor } from '../domain/visitor/visitor-store.ts';
import { matchPasses } from '../runtime/conditional.ts';
import { Conflict, NotFound, PreconditionFailed, Unprocessable } from '../runtime/errors.ts';
import type { CatalogLibrary } from './catalog-library.ts';

export interface PublishDeps {
  readonly store: ControlStore;
  readonly catalogs: CatalogLibrary;
  /** Some of the recorded visitors: what a claim is measured against. */
  readonly sample: () => Promise<readonly StoredVisitor[]>;
  /** Makes what codes are made by, where there is nothing yet. */
  readonly ensureSecret: () => Promise<unknown>;
  readonly now: () => number;
}

export interface Publication {
  readonly definitions: readonly unknown[];
  /** Publishes over the lint's errors; the reason is kept with the version. */
  readonly forced: string | undefined;
  /** `If-Match`: publishes only over this version. */
  readonly ifMatch: string | undefined;
  /** Moves those in flight: from `<journeyId>.<stepId>` to another of the new version. */
  readonly mapping?: { readonly [from: string]: string } | undefined;
}

/** The entity tag of what visitors get: versions never change, and which of them is active, or rolled out, does. */
export const catalogEtag = ({ active, rollout }: Pick<CatalogPointer, 'active' | 'rollout'>): string =>
  rollout === null ? `"catalog-${active}"` : `"catalog-${active}-${rollout.version}-${rollout.percent}"`;

/** Publishers that lost the race this often in a row are told so. */
const MAX_ATTEMPTS = 5;

const placeOf = (index: number, path: string): string =>
  path === '' ? `definitions[${index}]` : `definitions[${index}].${path}`;

/** Where in the request the findings that stand in the way are. */
const errorsOf = (definitions: readonly unknown[], findings: readonly Finding[]): readonly FieldError[] => {
  const indexOf = (finding: Finding): number =>
    // Of two with one id it is the later that is one too many.
    definitions.findLastIndex(
      (definition) =>
        typeof definition === 'object' &&
        definition !== null &&
        Reflect.get(definition, 'kind') === finding.kind &&
        Reflect.get(definition, 'id') === finding.id,
    );
  return findings
    .filter((finding) => finding.severity === 'error')
    .map((finding) => ({ path: placeOf(indexOf(finding), finding.path), message: finding.message }));
};

/** What conditions would see of visitors under these definitions, outside of any request. */
const factsOfSample = (
  visitors: readonly StoredVisitor[],
  definitions: readonly Definition[],
  now: number,
): readonly Facts[] => {
  const settings = resolveSettings(definitions.find((definition) => definition.kind === 'settings'));
  return visitors.flatMap((stored) => {
    if (stored.kind !== 'visitor') return [];
    const profile = profileOf(stored.visitor, stored.visitorId, stored.visitorId);
    return [decisionFacts(profile, NO_REQUEST, profile.cart, settings, now)];
  });
};

/** All that is wrong with definitions, or doubtful; nothing is stored. */
export const createValidator =
  ({ sample, now }: Pick<PublishDeps, 'sample' | 'now'>) =>
  async (definitions: readonly unknown[]): Promise<readonly Finding[]> => {
    const parsed = parseDefinitions(definitions);
    if (!parsed.ok) return parsed.errors.map(toFinding);
    const at = now();
    const samples = factsOfSample(await sample(), parsed.definitions, at);
    return compileCatalog(parsed.definitions, { version: 0, publishedAt: at, samples }).findings;
  };

/**
 * Validates, stores as a new immutable version, and activates it.
 *
 * @throws Unprocessable (422) with `errors` and `findings`, PreconditionFailed (412) where another version is
 * active than `If-Match` names, Conflict (409) where others published all the time
 */
export const createPublisher =
  ({ store, catalogs, sample, ensureSecret, now }: PublishDeps) =>
  async ({ definitions, forced, ifMatch, mapping = {} }: Publication) => {
    const parsed = parseDefinitions(definitions);
    if (!parsed.ok) {
      const errors = parsed.errors.map(({ index, path, message }) => ({
        path: placeOf(index, path),
        message,
      }));
      throw new Unprocessable('A definition is not of its kind.', errors, {
        findings: parsed.errors.map(toFinding),
      });
    }
    const samples = factsOfSample(await sample(), parsed.definitions, now());
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const seen = await store.read();
      const active = seen.pointer.active === 0 ? null : catalogEtag(seen.pointer);
      if (!matchPasses(ifMatch, active)) {
        throw new PreconditionFailed(
          `Version ${seen.pointer.active} is active; read it, and publish over it.`,
        );
      }
      const publishedAt = now();
      const version = seen.pointer.latest + 1;
      const bases = await basesOf(catalogs, seen.pointer);
      const wrong = checkMapping(bases, parsed.definitions, mapping);
      if (wrong.length > 0) {
        throw new Unprocessable(
          'The mapping names steps that do not exist.',
          wrong.map(({ from, message }) => ({ path: `mapping.${from}`, message })),
          { findings: [] },
        );
      }
      const { catalog, findings }: Compilation = compileCatalog(parsed.definitions, {
        version,
        publishedAt,
        samples,
        force: forced !== undefined,
        ...carryJourneys(bases, parsed.definitions, mapping, version),
      });
      if (catalog === null) {
        const errors = errorsOf(definitions, findings);
        throw new Unprocessable('The catalog fails its checks.', errors, { findings });
      }
      // Before anybody can see the version: whoever meets its codes looks for the secret once.
      if (catalog.offers.some(({ apply }) => apply === 'code')) await ensureSecret();
      const stored: CatalogVersion = {
        version,
        publishedAt,
        definitions: definitions.length,
        ...(forced === undefined ? {} : { forced }),
      };
      if ((await store.publish(seen, stored, encodeCatalog(catalog))) === 'published')
        return { version, findings };
    }
    throw new Conflict('Others published at the same time; nothing was stored.');
  };

/** Versions whose journeys people may be in flight on once an older one is active again, the newest first. */
const MAX_CARRIED = 3;

const carriedTo = ({ active, rollout, carried = [] }: CatalogPointer, version: number): readonly number[] =>
  [...new Set([active, ...(rollout === null ? [] : [rollout.version]), ...carried])]
    .filter((other) => other > version)
    .sort((a, b) => b - a)
    .slice(0, MAX_CARRIED);

/** The versions that visitors get now, the newer first. */
const basesOf = async (
  catalogs: CatalogLibrary,
  pointer: CatalogPointer,
): Promise<readonly CompiledCatalog[]> => {
  const { active, rollout } = await catalogs(pointer);
  return [active, ...(rollout === null ? [] : [rollout.catalog])].sort((a, b) => b.version - a.version);
};

/** Points to a version for all visitors, or for a share of them. */
export const createActivator =
  ({ store }: Pick<PublishDeps, 'store'>) =>
  async (version: number, percent = 100) => {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const seen = await store.read();
      if (version > seen.pointer.latest || (await store.loadVersion(version)) === null) {
        throw new NotFound(`There is no version ${version}.`);
      }
      const pointer =
        percent >= 100
          ? { ...seen.pointer, active: version, rollout: null, carried: carriedTo(seen.pointer, version) }
          : { ...seen.pointer, rollout: { version, percent } };
      if ((await store.activate(seen, pointer)) === 'activated') return pointer;
    }
    throw new Conflict('Others published at the same time; nothing was activated.');
  };
