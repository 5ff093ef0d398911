import { markOf } from '../domain/hash.ts';
import type { VisitorEvent } from '../domain/visitor/event.ts';
import type { MarkHome } from '../domain/visitor/marks.ts';
import { STRANGER, type Visitor } from '../domain/visitor/state.ts';
import type { StoredVisitor, VisitorStore } from '../domain/visitor/visitor-store.ts';
import { followLinks } from './follow-links.ts';

/** What one attempt at a commit reads: each visitor once, so that all of it is decided on the same sight. */
export class KnownVisitors {
  readonly #store: Pick<VisitorStore, 'read' | 'readMarks'>;
  readonly #newKey: (() => Uint8Array) | undefined;
  readonly #known = new Map<string, StoredVisitor>();

  /** @param newKey - makes the key of a visitor who has none; absent: they get none */
  constructor(store: Pick<VisitorStore, 'read' | 'readMarks'>, newKey?: () => Uint8Array) {
    this.#store = store;
    this.#newKey = newKey;
  }

  /** What lies under a visitor id; undefined where it was not loaded. */
  get(visitorId: string): StoredVisitor | undefined {
    return this.#known.get(visitorId);
  }

  async load(visitorIds: readonly string[]): Promise<void> {
    const missing = visitorIds.filter((id) => !this.#known.has(id));
    if (missing.length === 0) return;
    for (const [id, stored] of await this.#store.read(missing)) {
      this.#known.set(id, withSealing(stored, this.#newKey));
    }
  }

  /** Who an id is now: follows links until there is nothing or somebody. */
  async resolve(visitorId: string): Promise<StoredVisitor> {
    const person = await followLinks(visitorId, async (id) => {
      await this.load([id]);
      return this.#known.get(id);
    });
    if (person === null) throw new Error('links of an id do not end');
    return person;
  }

  /** Marks of these events that lie outside the visitor's item. */
  async olderMarks(
    homes: readonly MarkHome[],
    events: readonly VisitorEvent[],
  ): Promise<ReadonlySet<string>> {
    if (homes.length === 0) return new Set();
    return this.#store.readMarks(homes, [...new Set(events.map(({ messageId }) => markOf(messageId)))]);
  }
}

/** Where a visitor's older marks still lie at `now`, milliseconds since 1970. */
export const aliveHomes = ({ state }: Visitor, now: number): readonly MarkHome[] =>
  state.markHomes.filter(([, until]) => until > now);

/** What lies under an id, with a key, and knowing when somebody of that id was erased. */
const withSealing = (stored: StoredVisitor, newKey: (() => Uint8Array) | undefined): StoredVisitor => {
  const { sealing, erasedAt = null } = stored;
  if (sealing === undefined) {
    return newKey === undefined ? stored : { ...stored, sealing: { key: newKey(), erasedAt, fresh: true } };
  }
  if (erasedAt === null || erasedAt <= (sealing.erasedAt ?? Number.NEGATIVE_INFINITY)) return stored;
  if (stored.kind !== 'visitor' || newKey === undefined) {
    return { ...stored, sealing: { ...sealing, erasedAt } };
  }
  // They are being erased at this moment: whatever is received of them by now begins anew, over what is left.
  return { ...stored, visitor: STRANGER, sealing: { key: newKey(), erasedAt, fresh: true } };
};
