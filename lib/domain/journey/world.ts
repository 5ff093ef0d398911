import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { Condition } from '../condition/condition.ts';
import { holds } from '../condition/evaluate.ts';
import type { Facts } from '../condition/facts.ts';
import { decisionFacts } from '../decision/decision-facts.ts';
import { NO_REQUEST } from '../decision/request.ts';
import type { Effect, TimelineEntry } from '../effect/effect.ts';
import type { HappeningOf, OwnEvent, OwnEvents } from '../effect/own-events.ts';
import type { JsonObject } from '../json.ts';
import { compareStamps } from '../stamp.ts';
import type { CompiledContent } from '../template/compile-content.ts';
import { type RenderedContent, renderContent } from '../template/render-content.ts';
import { formatInstant } from '../time/instant.ts';
import { zoneAmong } from '../visitor/local-time.ts';
import { isServiceFirst, type Profile, profileOf } from '../visitor/profile.ts';
import type { Visitor, VisitorState } from '../visitor/state.ts';
import { entryFacts } from './facts.ts';
import type { JourneyInstance } from './instance.ts';

/** What an advance of a visitor takes from outside. Times are milliseconds since 1970. */
export interface Surroundings {
  readonly catalog: CompiledCatalog;
  readonly visitorId: string;
  /** What the visitor draws from, unless their state says otherwise. */
  readonly seed: string;
  /** The service's clock: nothing happens after it. */
  readonly now: number;
  /** Version of the item that the outcome is written as: with the visitor it names each effect for good. */
  readonly version: number;
  /** Nobody reads the visitor's story of this: no line of it is made. */
  readonly isUntold?: boolean;
}

/** A message that this commit asks for, until the end of it: an exit that happened later takes it back. */
export interface PendingMessage {
  readonly run: string;
  readonly sentAt: number;
  readonly sells: boolean;
  /** How the visitor's story names it. */
  readonly told: Omit<Extract<TimelineEntry, { readonly kind: 'message' }>, 'what' | 'why'>;
  readonly effects: readonly Effect[];
}

/** Emits, and other events of Wend's own, that may lead to each other within a day before they are stopped. */
export const MAX_DEPTH = 25;

/** Rows that `pick` bound, by name. */
const NOTHING_PICKED: { readonly [name: string]: JsonObject } = {};

/** Effects of one commit lie in the visitor's item: beyond this much the rest waits for the next commit. */
const MAX_EFFECT_BYTES = 96_000;
/** More than one commit wants of the world. */
const MAX_WANTED = 65_536;
/** Lines of the story with a detail, bytes; what is beyond is told without. */
const MAX_DETAIL_BYTES = 48_000;

/**
 * A visitor in the middle of an advance: the state so far, and what it wants of the world. Nobody else sees it; the
 * functions of this folder change it.
 */
export class World {
  visitor: Visitor;
  readonly surroundings: Surroundings;
  readonly effects: Effect[] = [];
  readonly messages: PendingMessage[] = [];
  readonly own: OwnEvent[] = [];
  /** How many of Wend's own events led to what happens just now. */
  depth = 0;
  /** Journeys whose emits ran in a circle and were stopped. */
  readonly stopped: string[] = [];
  #bytes = 0;
  #details = 0;
  #wanted = 0;
  #facts: {
    readonly visitor: Visitor;
    readonly at: number;
    readonly event: JsonObject | null;
    readonly picked: typeof NOTHING_PICKED;
    readonly facts: Facts;
  } | null = null;
  #profile: { readonly visitor: Visitor; readonly profile: Profile } | null = null;

  constructor(visitor: Visitor, surroundings: Surroundings) {
    this.visitor = visitor;
    this.surroundings = surroundings;
  }

  get catalog(): CompiledCatalog {
    return this.surroundings.catalog;
  }

  get state(): VisitorState {
    return this.visitor.state;
  }

  get profile(): Profile {
    if (this.#profile?.visitor !== this.visitor) {
      const { visitorId, seed } = this.surroundings;
      this.#profile = { visitor: this.visitor, profile: profileOf(this.visitor, visitorId, seed) };
    }
    return this.#profile?.profile ?? profileOf(this.visitor, '', '');
  }

  /** The visitor's time zone. */
  get zone(): string {
    const { context, traits } = this.profile;
    return zoneAmong([context.timezone, traits.timezone, this.catalog.settings.timezone]);
  }

  /** More comes out of this commit than its item can hold. */
  get isFull(): boolean {
    return this.#bytes > MAX_EFFECT_BYTES;
  }

  change(state: Partial<VisitorState>): void {
    this.visitor = { orders: this.visitor.orders, state: { ...this.state, ...state } };
  }

  changeInstance(instance: JourneyInstance): void {
    const { journeys } = this.state;
    const instances = journeys.instances.map((other) => (other.run === instance.run ? instance : other));
    this.change({ journeys: { ...journeys, instances } });
  }

  /** The instance as it is now; null once it ended. */
  instance(run: string): JourneyInstance | null {
    return this.state.journeys.instances.find((instance) => instance.run === run) ?? null;
  }

  /** The same of one that was seen before: most of them are as they were. */
  present(seen: JourneyInstance): JourneyInstance | null {
    return this.state.journeys.instances.includes(seen) ? seen : this.instance(seen.run);
  }

  /** Whether an open problem forbids selling at a moment. */
  isServiceFirst(at: number): boolean {
    return isServiceFirst(this.profile, at);
  }

  /** Facts about the visitor at a moment, with an event, and rows that `pick` bound. */
  facts(at: number, event: JsonObject | null, picked = NOTHING_PICKED): Facts {
    // Several triggers ask about one event before it changes anything.
    const last = this.#facts;
    const isSame = last?.visitor === this.visitor && last.at === at && last.event === event;
    if (isSame && last.picked === picked) return last.facts;
    const facts = this.#gather(at, event, picked);
    this.#facts = { visitor: this.visitor, at, event, picked, facts };
    return facts;
  }

  #gather(at: number, event: JsonObject | null, picked: typeof NOTHING_PICKED): Facts {
    const { profile } = this;
    const base = decisionFacts(profile, NO_REQUEST, profile.cart, this.catalog.settings, at);
    const { visitor, account, cart, now } = base.roots;
    return {
      now: at,
      count: base.count,
      roots: { ...picked, visitor, account, cart, event, now },
    };
  }

  /** Facts of an instance's steps: `event` stays the one that it entered by. */
  factsOf(instance: JourneyInstance, at: number): Facts {
    return this.facts(at, instance.event === null ? null : entryFacts(instance.event), instance.picked);
  }

  holds(condition: Condition, facts: Facts): boolean {
    return holds(condition, facts, this.catalog.segments);
  }

  render(content: CompiledContent, facts: Facts): RenderedContent {
    if (!content.ok) return { ok: false, path: '', message: 'the template is broken' };
    return renderContent(content.template, { roots: facts.roots, now: facts.now, timezone: this.zone });
  }

  /** Wants something of the world. */
  want(effect: Effect): void {
    this.effects.push(effect);
    this.#bytes += effect.kind === 'timeline' ? 200 : JSON.stringify(effect).length;
  }

  /** Asks for a message. */
  post(message: PendingMessage): void {
    this.messages.push(message);
    this.#bytes += JSON.stringify(message.effects).length;
  }

  /** The next effect's id: the same each time this very commit is repeated. */
  nextId(): string {
    const { visitorId, version } = this.surroundings;
    this.#wanted += 1;
    return `${visitorId}.${version.toString(36)}.${this.#wanted.toString(36)}`;
  }

  /** Where what was named last stands among all that ever came of the visitor's commits. */
  get order(): number {
    return this.surroundings.version * MAX_WANTED + Math.min(this.#wanted, MAX_WANTED - 1);
  }

  /** Tells it in the visitor's story. */
  tell(at: number, entry: TimelineEntry): void {
    if (this.surroundings.isUntold === true) return;
    this.want({ kind: 'timeline', id: this.nextId(), at, order: this.order, entry });
  }

  /** Whether a detail of so many bytes may still be told. */
  affordsDetail(bytes: number): boolean {
    this.#details += bytes;
    return this.#details <= MAX_DETAIL_BYTES;
  }

  count(counter: string): void {
    this.want({ kind: 'count', counter, add: 1 });
  }

  /** Lets an event of Wend's own happen: to whatever listens, and on the bus. */
  happen<Name extends keyof OwnEvents>(event: HappeningOf<Name, OwnEvents[Name]>): void {
    this.#happen({ ...event, depth: this.depth + 1, emitted: false });
  }

  /**
   * Lets an event happen that an `emit` step names.
   *
   * @param emits - how many emits of a day led to it
   */
  emit(event: HappeningOf<string, JsonObject>, emits: number): void {
    this.#happen({ ...event, depth: Math.max(emits, this.depth + 1), emitted: true });
  }

  #happen(event: OwnEvent): void {
    this.own.push(event);
    this.want({
      kind: 'bus',
      id: this.nextId(),
      detailType: event.name,
      detail: { ...this.who(), at: formatInstant(event.at), ...event.properties },
    });
  }

  /** The visitor as the shop knows them. */
  who(): { readonly visitorId: string; readonly userId: string | null; readonly anonymousId: string | null } {
    const first = (prefix: string): string | null => {
      const ids = Object.entries(this.state.ids).filter(([key]) => key.startsWith(prefix));
      return ids.sort(([, a], [, b]) => compareStamps(a, b))[0]?.[0].slice(prefix.length) ?? null;
    };
    return {
      visitorId: this.surroundings.visitorId,
      userId: first('user:'),
      anonymousId: first('anon:'),
    };
  }
}
