import type { Facts } from './facts.ts';
import { readPath } from './facts.ts';

/** A step from what was read before to one of its properties. */
interface Step {
  /** The step before, or -1 for the roots. */
  readonly parent: number;
  readonly key: string;
  /** The whole path, for where it crosses an array. */
  readonly path: readonly string[];
}

/** Reads the same many facts of visitor after visitor, common beginnings of their paths once. */
export class FactReader {
  readonly #steps: Step[] = [];
  readonly #stepOfFact: number[];
  readonly #read: unknown[];
  readonly #values: unknown[];

  constructor(paths: readonly string[]) {
    const known = new Map<string, number>();
    const stepOf = (path: readonly string[]): number => {
      const key = path.at(-1);
      if (key === undefined) return -1;
      const text = path.join('.');
      const before = known.get(text);
      if (before !== undefined) return before;
      const parent = stepOf(path.slice(0, -1));
      const step = this.#steps.push({ parent, key, path }) - 1;
      known.set(text, step);
      return step;
    };
    this.#stepOfFact = paths.map((path) => stepOf(path.split('.')));
    this.#read = this.#steps.map(() => null);
    this.#values = paths.map(() => null);
  }

  /** The values of all facts, in the order of their paths; null where there is none. Valid until the next call. */
  read(roots: Facts['roots']): readonly unknown[] {
    const steps = this.#steps;
    const read = this.#read;
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index];
      if (step !== undefined) read[index] = follow(step, step.parent < 0 ? roots : read[step.parent], roots);
    }
    const stepOfFact = this.#stepOfFact;
    const values = this.#values;
    for (let fact = 0; fact < stepOfFact.length; fact++) values[fact] = read[stepOfFact[fact] ?? 0];
    return values;
  }
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const follow = (step: Step, from: unknown, roots: Facts['roots']): unknown => {
  if (isRecord(from)) return Object.hasOwn(from, step.key) ? (from[step.key] ?? null) : null;
  return Array.isArray(from) ? readPath(roots, step.path) : null;
};
