import { createHash } from 'node:crypto';
import { always, type Condition } from '../condition/condition.ts';
import type { Json } from '../json.ts';
import { type CompiledContent, compileContent } from '../template/compile-content.ts';
import { type Duration, parseDuration } from '../time/duration.ts';
import type { OfferDefinition } from './definition.ts';
import type { JourneyDefinition, Step } from './journey-definition.ts';
import { parseAccepted } from './parse-conditions.ts';
import type { Intent } from './primitives.ts';
import { stepListsOf } from './walk-steps.ts';
import { writtenConditions } from './written-conditions.ts';
import { writtenContent } from './written-content.ts';

/** What reacts to events while an instance is in flight. */
export interface CompiledTrigger {
  readonly on: ReadonlySet<string>;
  readonly where: Condition;
  /** The fact whose value an event carries as its key; null where the journey has none. */
  readonly keyPath: string | null;
}

/** One step, with where it leads. */
export interface CompiledStep {
  readonly id: string;
  readonly step: Step;
  /** What comes after it; null where it is the last. */
  readonly next: string | null;
  /** Inside the definition: `steps[2].when[0].then[1]`. */
  readonly path: string;
  /** Where the lists inside it begin, by their path (`then`, `when[0].then`): the first step, or what comes after it. */
  readonly entries: ReadonlyMap<string, string | null>;
  /** The conditions of the branches that it stands in: a message that waited asks them again. */
  readonly guards: readonly string[];
  /** Of a show or a message: its content with Liquid parsed. */
  readonly content: CompiledContent;
  /** Events that an `await` waits for, or that restart a `wait`. */
  readonly hears: ReadonlySet<string>;
}

const NO_CONTENT: CompiledContent = compileContent(null);

const asSet = (on: string | readonly string[] | undefined): ReadonlySet<string> =>
  new Set(on === undefined ? [] : typeof on === 'string' ? [on] : on);

const durationOf = (text: string | undefined): Duration | null =>
  text === undefined ? null : parseDuration(text);

/** A journey of one version, ready to run; all but its names is made on first use. */
export class CompiledJourney {
  readonly id: string;
  readonly definition: JourneyDefinition;
  readonly priority: number;
  /** Events that bring visitors in. */
  readonly entersOn: ReadonlySet<string>;
  readonly segment: string | null;
  readonly keyPath: string | null;
  readonly #offers: ReadonlyMap<string, OfferDefinition>;
  #fingerprint: string | null = null;
  #steps: ReadonlyMap<string, CompiledStep> | null = null;
  #triggers: { readonly exits: readonly ExitTrigger[]; readonly goal: CompiledTrigger | null } | null = null;
  #names: ReadonlySet<string> | null = null;
  #eventFacts: readonly string[] | null = null;
  #recovers: boolean | null = null;
  readonly #conditions = new Map<string, Condition>();
  readonly #contents = new Map<string, CompiledContent>();

  constructor(definition: JourneyDefinition, offers: ReadonlyMap<string, OfferDefinition>) {
    this.id = definition.id;
    this.definition = definition;
    this.priority = definition.priority ?? 0;
    this.entersOn = asSet(definition.enter.on);
    this.segment = definition.enter.segment ?? null;
    this.keyPath = definition.enter.key ?? null;
    this.#offers = offers;
  }

  /** The same for the same definition, whatever version it stands in. */
  get fingerprint(): string {
    this.#fingerprint ??= createHash('sha256')
      .update(JSON.stringify(this.definition))
      .digest('base64url')
      .slice(0, 12);
    return this.#fingerprint;
  }

  /** Where its steps begin; null where it has none. */
  get first(): string | null {
    return this.definition.steps[0]?.id ?? null;
  }

  get stepById(): ReadonlyMap<string, CompiledStep> {
    this.#steps ??= compileSteps(this.definition);
    return this.#steps;
  }

  get exits(): readonly ExitTrigger[] {
    return this.#inFlight().exits;
  }

  get goal(): CompiledTrigger | null {
    return this.#inFlight().goal;
  }

  get goalWithin(): Duration | null {
    return durationOf(this.definition.goal?.within);
  }

  /** Names of the events that an instance, or one that ended, may react to. */
  get names(): ReadonlySet<string> {
    this.#names ??= new Set([
      ...this.exits.flatMap(({ on }) => [...on]),
      ...(this.goal?.on ?? []),
      ...[...this.stepById.values()].flatMap(({ hears }) => [...hears]),
    ]);
    return this.#names;
  }

  /** Facts of the entering event that steps and conditions read: `event.properties.orderId`. */
  get eventFacts(): readonly string[] {
    this.#eventFacts ??= eventFactsOf(this.definition);
    return this.#eventFacts;
  }

  /**
   * Whether all that it shows, says and grants recovers or protects: the global holdout does not withhold it then
   * (`catalog.md`, How journeys run).
   */
  get recovers(): boolean {
    this.#recovers ??= recoversOnly(this.stepById, this.#offers);
    return this.#recovers;
  }

  /** The condition at a path of the definition; always where there is none. */
  conditionAt(path: string): Condition {
    if (this.#conditions.size === 0) {
      this.#conditions.set('', always);
      for (const { path: at, document, roots } of writtenConditions(this.definition)) {
        this.#conditions.set(at, parseAccepted(document, roots));
      }
    }
    return this.#conditions.get(path) ?? always;
  }

  /** A template of the definition, parsed: what `grant.because`, `task.summary` and the like say. */
  contentOf(path: string, content: Json): CompiledContent {
    const known = this.#contents.get(path) ?? compileContent(content);
    this.#contents.set(path, known);
    return known;
  }

  #inFlight() {
    const { exit = [], goal } = this.definition;
    this.#triggers ??= {
      exits: exit.map((one, position) => ({
        on: asSet(one.on),
        where: this.conditionAt(`exit[${position}].where`),
        keyPath: one.key ?? this.keyPath,
        isGoal: one.as === 'goal',
      })),
      goal:
        goal === undefined
          ? null
          : { on: asSet(goal.on), where: this.conditionAt('goal.where'), keyPath: goal.key ?? this.keyPath },
    };
    return this.#triggers;
  }
}

/** An exit, and whether it counts as the goal. */
export type ExitTrigger = CompiledTrigger & { readonly isGoal: boolean };

const compileSteps = (definition: JourneyDefinition): ReadonlyMap<string, CompiledStep> => {
  const compiled = new Map<string, CompiledStep>();
  const visit = (
    steps: readonly Step[],
    path: string,
    after: string | null,
    guards: readonly string[],
  ): string | null => {
    for (const [position, step] of steps.entries()) {
      const at = `${path}[${position}]`;
      const next = steps[position + 1]?.id ?? after;
      const entries = new Map<string, string | null>();
      for (const list of stepListsOf(step)) {
        const condition = /^when\[\d+\]\.then$/.test(list.path)
          ? [`${at}.${list.path.replace(/then$/, 'if')}`]
          : [];
        entries.set(list.path, visit(list.steps, `${at}.${list.path}`, next, [...guards, ...condition]));
      }
      compiled.set(step.id, {
        id: step.id,
        step,
        next,
        path: at,
        entries,
        guards,
        content: contentOfStep(step),
        hears: heardBy(step),
      });
    }
    return steps[0]?.id ?? after;
  };
  visit(definition.steps, 'steps', null, []);
  return compiled;
};

const heardBy = (step: Step): ReadonlySet<string> => {
  if ('await' in step) return asSet(step.await.on);
  return asSet('wait' in step ? step.wait.restartOn : undefined);
};

const contentOfStep = (step: Step): CompiledContent => {
  if ('show' in step) return compileContent(step.show.content);
  return 'message' in step ? compileContent(step.message.content) : NO_CONTENT;
};

const eventFactsOf = (definition: JourneyDefinition): readonly string[] => {
  const facts = writtenConditions(definition).flatMap(
    ({ document, roots }) => parseAccepted(document, roots).facts,
  );
  for (const { content } of writtenContent(definition)) {
    const compiled = compileContent(content);
    if (compiled.ok) facts.push(...compiled.template.facts);
  }
  const paths = JSON.stringify(definition).match(/event\.[A-Za-z0-9_.]+/g) ?? [];
  return [...new Set([...facts, ...paths])].filter((fact) => fact === 'event' || fact.startsWith('event.'));
};

const recoversOnly = (
  steps: ReadonlyMap<string, CompiledStep>,
  offers: ReadonlyMap<string, OfferDefinition>,
): boolean => {
  const intents = [...steps.values()].flatMap(({ step }): readonly Intent[] => {
    if ('show' in step) return [step.show.intent ?? 'serve'];
    if ('message' in step) return [step.message.intent ?? 'serve'];
    if ('ask' in step) return [step.ask.intent ?? 'serve'];
    return 'grant' in step ? [offers.get(step.grant.offer)?.intent ?? 'sell'] : [];
  });
  return intents.length > 0 && intents.every((intent) => intent === 'recover' || intent === 'protect');
};
