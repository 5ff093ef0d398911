import type { Condition, CounterSpec } from '../condition/condition.ts';
import { decodeRuleSet, encodeRuleSet } from '../condition/image-codec.ts';
import { parseWhere } from '../condition/parse.ts';
import type { JsonObject } from '../json.ts';
import { assemble } from './assemble.ts';
import type { CompiledCatalog } from './compiled.ts';
import type { Definition } from './definition.ts';
import { definitionsOfKind } from './definitions-of-kind.ts';
import type { Move, PinnedJourney } from './journey-catalog.ts';
import { never, parseAccepted } from './parse-conditions.ts';
import { DECISION, LINE } from './written-conditions.ts';

/*
 * A compiled catalog as bytes: a tag, then three sections, each preceded by its length (32 bits, little-endian):
 * JSON of all but the rule sets, the rules of the experiences, the rules of the offers. Conditions and templates
 * travel as written and are parsed on first use; the rule sets travel compiled, since they are needed at once.
 */

/** Says what the bytes are, and which version of the form they have. */
const TAG = 'WCAT1';

interface Manifest {
  readonly version: number;
  readonly publishedAt: number;
  readonly definitions: readonly Definition[];
  /** Id, event name, `where` as written, window. */
  readonly counters: readonly (readonly [string, string, JsonObject | null, number | null])[];
  readonly reads: {
    readonly facts: readonly string[];
    readonly templateFacts: readonly string[];
    readonly counters: readonly string[];
  };
  /** Absent in versions of before journeys ran. */
  readonly pinned?: readonly PinnedJourney[];
  readonly moves?: readonly Move[];
}

const manifestOf = (catalog: CompiledCatalog): Manifest => ({
  version: catalog.version,
  publishedAt: catalog.publishedAt,
  definitions: catalog.definitions,
  counters: [...catalog.countersByEvent.values()]
    .flat()
    .map(({ id, name, where, window }) => [id, name, where?.document ?? null, window]),
  reads: {
    facts: [...catalog.reads.facts],
    templateFacts: [...catalog.reads.templateFacts],
    counters: [...catalog.reads.counters],
  },
  pinned: catalog.journeys.pinned,
  moves: catalog.journeys.moves,
});

/** The same bytes for the same catalog; {@link decodeCatalog} reads them. */
export const encodeCatalog = (catalog: CompiledCatalog): Uint8Array => {
  const text = new TextEncoder();
  const sections = [
    text.encode(JSON.stringify(manifestOf(catalog))),
    encodeRuleSet(catalog.images.experiences),
    encodeRuleSet(catalog.images.offers),
  ];
  const tag = text.encode(TAG);
  const bytes = new Uint8Array(tag.length + sections.reduce((sum, section) => sum + 4 + section.length, 0));
  const view = new DataView(bytes.buffer);
  bytes.set(tag, 0);
  let offset = tag.length;
  for (const section of sections) {
    view.setUint32(offset, section.length, true);
    bytes.set(section, offset + 4);
    offset += 4 + section.length;
  }
  return bytes;
};

class LoadedCounter implements CounterSpec {
  readonly id: string;
  readonly name: string;
  readonly window: number | null;
  readonly #document: JsonObject | null;
  #where: Condition | null = null;

  constructor([id, name, document, window]: Manifest['counters'][number]) {
    this.id = id;
    this.name = name;
    this.window = window;
    this.#document = document;
  }

  get where(): Condition | null {
    if (this.#document === null || this.#where !== null) return this.#where;
    const parsed = parseWhere(this.#document);
    this.#where = parsed.ok ? parsed.condition : never;
    return this.#where;
  }
}

/**
 * Loads what {@link encodeCatalog} wrote, in milliseconds for thousands of definitions.
 *
 * @throws RangeError where the bytes are something else: only a bug or a damaged store can bring that about.
 */
export const decodeCatalog = (bytes: Uint8Array): CompiledCatalog => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = new TextDecoder();
  if (text.decode(bytes.subarray(0, TAG.length)) !== TAG) {
    throw new RangeError(`expected the bytes of a compiled catalog to begin with ${TAG}`);
  }
  let offset = TAG.length;
  const section = (): Uint8Array => {
    const length = view.getUint32(offset, true);
    const start = offset + 4;
    if (start + length > bytes.length) throw new RangeError('the bytes of a compiled catalog end too early');
    offset = start + length;
    return bytes.subarray(start, offset);
  };
  const manifest: Manifest = JSON.parse(text.decode(section()));
  const images = { experiences: decodeRuleSet(section()), offers: decodeRuleSet(section()) };
  return assemble({
    version: manifest.version,
    publishedAt: manifest.publishedAt,
    definitions: manifest.definitions,
    segments: new Map(
      definitionsOfKind(manifest.definitions, 'segment').map((segment) => [
        segment.id,
        parseAccepted(segment.where, DECISION),
      ]),
    ),
    images,
    counters: manifest.counters.map((counter) => new LoadedCounter(counter)),
    reads: {
      facts: new Set(manifest.reads.facts),
      templateFacts: new Set(manifest.reads.templateFacts),
      counters: new Set(manifest.reads.counters),
    },
    pinned: manifest.pinned ?? [],
    moves: manifest.moves ?? [],
    conditionAt: (definition, path) =>
      path === 'lines'
        ? parseAccepted(definition.kind === 'offer' ? definition.lines : undefined, LINE)
        : parseAccepted('where' in definition ? definition.where : undefined, DECISION),
  });
};
