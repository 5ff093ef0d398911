import type { Condition } from '../condition/condition.ts';
import { type CompiledContent, compileContent } from '../template/compile-content.ts';
import { type Duration, parseDuration } from '../time/duration.ts';
import type { FollowDefinition, ProblemDefinition } from './definition.ts';
import { parseAccepted } from './parse-conditions.ts';
import type { EventTrigger } from './primitives.ts';
import { EVENT } from './written-conditions.ts';

/** Reacts to events by name, filtered; its condition is parsed on first use. */
export class Listener {
  readonly on: ReadonlySet<string>;
  readonly keyPath: string | null;
  readonly #trigger: Pick<EventTrigger, 'where'>;
  #where: Condition | null = null;

  constructor(trigger: EventTrigger) {
    this.on = new Set(typeof trigger.on === 'string' ? [trigger.on] : trigger.on);
    this.keyPath = trigger.key ?? null;
    this.#trigger = trigger;
  }

  get where(): Condition {
    this.#where ??= parseAccepted(this.#trigger.where, EVENT);
    return this.#where;
  }
}

/** A problem with its defaults filled in. */
export interface CompiledProblem {
  readonly definition: ProblemDefinition;
  readonly opens: Listener;
  readonly closes: readonly Listener[];
  readonly expires: Duration | null;
}

export const loadProblem = (definition: ProblemDefinition): CompiledProblem => ({
  definition,
  opens: new Listener(definition.opens),
  closes: (definition.closes ?? []).map(
    // An ending without a key of its own is about the problem that the event's own key names.
    (trigger) =>
      new Listener({
        ...(definition.opens.key === undefined ? {} : { key: definition.opens.key }),
        ...trigger,
      }),
  ),
  expires: definition.expires === undefined ? null : parseDuration(definition.expires),
});

/** Who wants to hear of a subject, ready to be asked. */
export class CompiledFollow {
  readonly definition: FollowDefinition;
  readonly listener: Listener;
  readonly for: Duration | null;
  readonly waveGap: Duration | null;
  #subject: CompiledContent | null = null;

  constructor(definition: FollowDefinition) {
    this.definition = definition;
    this.listener = new Listener(definition);
    this.for = definition.for === undefined ? null : parseDuration(definition.for);
    this.waveGap = definition.wave === undefined ? null : parseDuration(definition.wave.gap);
  }

  /** The subject, with Liquid parsed. */
  get subject(): CompiledContent {
    this.#subject ??= compileContent(this.definition.subject);
    return this.#subject;
  }
}
