import type { CompiledJourney, CompiledStep } from '../catalog/load-journey.ts';
import { addDuration, parseDuration } from '../time/duration.ts';
import type { JourneyInstance, Waiting } from './instance.ts';
import type { World } from './world.ts';

/** An instance at one of its steps. */
export interface Standing {
  readonly world: World;
  readonly instance: JourneyInstance;
  readonly journey: CompiledJourney;
  readonly compiled: CompiledStep;
  /** When the step begins, milliseconds since 1970. */
  readonly at: number;
}

/** What a step makes of an instance: it waits, goes on with a step (null: that was the last), or is over. */
export type Outcome =
  | { readonly kind: 'wait'; readonly instance: JourneyInstance }
  | { readonly kind: 'next'; readonly instance: JourneyInstance; readonly to: string | null }
  | { readonly kind: 'over'; readonly reason: string };

/** On to the step after this one. */
export const next = ({ compiled }: Standing, instance: JourneyInstance): Outcome => ({
  kind: 'next',
  instance,
  to: compiled.next,
});

/** Where a list of steps inside a step begins (`then`, `when[0].then`); what comes after the step where it has none. */
export const entryOf = (compiled: CompiledStep, list: string): string | null =>
  compiled.entries.has(list) ? (compiled.entries.get(list) ?? null) : compiled.next;

/** Into a list of steps inside this one. */
export const enter = ({ compiled }: Standing, instance: JourneyInstance, list: string): Outcome => ({
  kind: 'next',
  instance,
  to: entryOf(compiled, list),
});

/** Stays at this step until something happens, or time is up. */
export const wait = ({ world, instance, at }: Standing, waiting: Waiting): Outcome => {
  if (waiting.due !== null) world.tell(at, { kind: 'timer', what: 'set', due: waiting.due });
  return { kind: 'wait', instance: { ...instance, since: at, waiting } };
};

/** A duration of the definition after the step's begin, by the visitor's calendar; null where none is stated. */
export const after = ({ world, at }: Standing, duration: string | undefined): number | null => {
  const length = duration === undefined ? null : parseDuration(duration);
  return length === null ? null : addDuration(at, length, world.zone);
};
