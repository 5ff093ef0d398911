import { parseDefinitions } from '../../../lib/contracts/catalog/definition.ts';
import { compileCatalog } from '../../../lib/domain/catalog/compile.ts';
import type { CompiledCatalog } from '../../../lib/domain/catalog/compiled.ts';
import type { Move, PinnedJourney } from '../../../lib/domain/catalog/journey-catalog.ts';
import type { Effect } from '../../../lib/domain/effect/effect.ts';
import { anonymousKey, userKey, visitorIdOf } from '../../../lib/domain/identity/visitor-id.ts';
import { advance } from '../../../lib/domain/journey/advance.ts';
import type { JsonObject } from '../../../lib/domain/json.ts';
import type { VisitorEvent } from '../../../lib/domain/visitor/event.ts';
import { STRANGER, type Visitor } from '../../../lib/domain/visitor/state.ts';

/** Monday, 2 March 2026, 10:00 in Amsterdam. */
export const MORNING = Date.UTC(2026, 2, 2, 9);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

const SETTINGS = { kind: 'settings', id: 'settings', currency: 'EUR', timezone: 'Europe/Amsterdam' };

/** Compiles definitions as publishing does; throws where one is wrong. */
export const catalogOf = (
  definitions: readonly object[],
  options: {
    readonly version?: number;
    readonly settings?: object;
    readonly pinned?: readonly PinnedJourney[];
    readonly moves?: readonly Move[];
  } = {},
): CompiledCatalog => {
  const parsed = parseDefinitions([{ ...SETTINGS, ...options.settings }, ...definitions]);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const { catalog, findings } = compileCatalog(parsed.definitions, {
    version: options.version ?? 1,
    publishedAt: MORNING,
    force: true,
    pinned: options.pinned ?? [],
    moves: options.moves ?? [],
  });
  if (catalog === null)
    throw new Error(JSON.stringify(findings.filter(({ severity }) => severity === 'error')));
  return catalog;
};

/** One visitor's life: events at their times, and a timer that fires when it is due, as the service's does. */
export class Life {
  visitor: Visitor = STRANGER;
  now = MORNING;
  catalog: CompiledCatalog;
  readonly effects: Effect[] = [];
  readonly userId: string | undefined;
  readonly anonymousId: string;
  #version = 0;
  #count = 0;

  constructor(
    catalog: CompiledCatalog,
    ids: { readonly userId?: string; readonly anonymousId?: string } = {},
  ) {
    this.catalog = catalog;
    this.userId = ids.userId;
    this.anonymousId = ids.anonymousId ?? 'a';
  }

  get visitorId(): string {
    return visitorIdOf(this.userId === undefined ? anonymousKey(this.anonymousId) : userKey(this.userId));
  }

  /** Applies events at one moment; `at` of an event may be earlier. */
  apply(events: readonly VisitorEvent[], timer: number | null = null): this {
    this.#version += 1;
    const result = advance(this.visitor, events, {
      catalog: this.catalog,
      countersByEvent: this.catalog.countersByEvent,
      visitorId: this.visitorId,
      seed: this.userId === undefined ? anonymousKey(this.anonymousId) : userKey(this.userId),
      now: this.now,
      version: this.#version,
      timer,
    });
    this.visitor = result.visitor;
    this.effects.push(...result.effects);
    return this;
  }

  event(name: string, properties: JsonObject = {}, more: Partial<VisitorEvent> = {}): VisitorEvent {
    this.#count += 1;
    return {
      messageId: `m-${this.#count}`,
      type: 'track',
      name,
      at: this.now,
      receivedAt: this.now,
      ...(this.userId === undefined ? { anonymousId: this.anonymousId } : { userId: this.userId }),
      properties,
      traits: {},
      context: {},
      ...more,
    };
  }

  /** Something happens now. */
  track(name: string, properties: JsonObject = {}, more: Partial<VisitorEvent> = {}): this {
    return this.apply([this.event(name, properties, more)]);
  }

  /** A business event reaches the visitor. */
  business(type: string, subject: string, data: JsonObject = {}, more: Partial<VisitorEvent> = {}): this {
    return this.track(type, {}, { type: 'business', subject, data, ...more });
  }

  identify(traits: JsonObject): this {
    return this.track('identify', {}, { type: 'identify', traits });
  }

  /** Time goes by: whatever timer is armed fires when it is due. */
  wait(milliseconds: number): this {
    return this.until(this.now + milliseconds);
  }

  until(at: number): this {
    for (;;) {
      const { due, generation } = this.visitor.state.timer;
      if (due === null || due > at) break;
      this.now = Math.max(this.now, due);
      this.apply([], generation);
    }
    this.now = at;
    return this;
  }

  /** Messages asked for: when, and what they say. */
  get messages(): readonly { readonly at: string; readonly stepId: string; readonly content: unknown }[] {
    return this.effects.flatMap((effect) =>
      effect.kind === 'delivery'
        ? [{ at: effect.message.at, stepId: effect.message.stepId, content: effect.message.content }]
        : [],
    );
  }

  /** Names of what was put on the bus. */
  get bus(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.kind === 'bus' ? [effect.detailType] : []));
  }

  /** The story, in short. */
  get story(): readonly string[] {
    return this.effects.flatMap((effect) => {
      if (effect.kind !== 'timeline') return [];
      const { entry } = effect;
      if (entry.kind === 'journey') return [[entry.journeyId, entry.what, entry.stepId].join(' ').trim()];
      if (entry.kind === 'message') return [`message ${entry.what}`];
      if (entry.kind === 'grant') return [`${entry.offerId} ${entry.what}`];
      return entry.kind === 'problem' ? [`${entry.problemId} ${entry.what}`] : [];
    });
  }

  get running(): readonly string[] {
    return this.visitor.state.journeys.instances.map(
      ({ journeyId, stepId }) => `${journeyId}.${stepId ?? 'end'}`,
    );
  }

  /** What a page would show: step ids of live shows. */
  get shown(): readonly string[] {
    return this.visitor.state.journeys.instances.flatMap(({ shows }) =>
      shows.filter(({ until }) => until === null || until > this.now).map(({ stepId }) => stepId),
    );
  }
}
