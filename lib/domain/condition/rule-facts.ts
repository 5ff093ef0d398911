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

/** Reads facts of visitor after visitor when they are asked for, common beginnings of their paths once. */
export class FactReader {
  readonly #steps: Step[] = [];
  readonly #stepOfFact: number[];
  readonly #read: unknown[];
  /** Of which visitor each step was last read. */
  readonly #readOf: Uint32Array;
  #visitor = 0;
  #roots: Facts['roots'] = {};

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
    this.#readOf = new Uint32Array(this.#steps.length);
  }

  /** Turns to the next visitor. */
  begin(roots: Facts['roots']): void {
    this.#roots = roots;
    this.#visitor = (this.#visitor + 1) >>> 0;
    // After four billion visitors a number comes again.
    if (this.#visitor === 0) this.#readOf.fill(this.#visitor++);
  }

  /** Lets go of the visitor. */
  end(): void {
    this.#roots = {};
    this.#read.fill(null);
  }

  /** The value of the fact with this index among the paths; null where there is none. */
  value(fact: number): unknown {
    return this.#step(this.#stepOfFact[fact] ?? 0);
  }

  #step(index: number): unknown {
    if (this.#readOf[index] === this.#visitor) return this.#read[index];
    const step = this.#steps[index];
    if (step === undefined) return null;
    const value = follow(step, step.parent < 0 ? this.#roots : this.#step(step.parent), this.#roots);
    this.#read[index] = value;
    this.#readOf[index] = this.#visitor;
    return value;
  }
}

const isRecord = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const follow = (step: Step, from: unknown, roots: Facts['roots']): unknown => {
  if (isRecord(from)) return Object.hasOwn(from, step.key) ? (from[step.key] ?? null) : null;
  return Array.isArray(from) ? readPath(roots, step.path) : null;
};
