import type { Expression } from './rule-expression.ts';

/** Jump targets that end a program. */
const accept = -1;
const reject = -2;

/**
 * Programs are flat: three numbers an instruction, a leaf and where to go on where it holds and where it does
 * not. Equal programs are stored once.
 */
export class ProgramWriter {
  readonly #code: number[] = [];
  readonly #known = new Map<string, number>();

  get code(): Int32Array {
    return Int32Array.from(this.#code);
  }

  /** Writes the program of an expression that has a leaf; `key` names the expression. Gives its first place. */
  write(expression: Expression, key: string): number {
    const before = this.#known.get(key);
    if (before !== undefined) return before;
    const start = this.#code.length;
    this.#append(expression, accept, reject);
    this.#known.set(key, start);
    return start;
  }

  #append(expression: Expression, onTrue: number, onFalse: number): void {
    if (expression.kind === 'leaf') {
      const { leaf, negated } = expression;
      this.#code.push(leaf.id, negated ? onFalse : onTrue, negated ? onTrue : onFalse);
      return;
    }
    const isAnd = expression.kind === 'and';
    expression.parts.forEach((part, index) => {
      if (index === expression.parts.length - 1) this.#append(part, onTrue, onFalse);
      else {
        const next = this.#code.length + 3 * leafCount(part);
        this.#append(part, isAnd ? next : onTrue, isAnd ? onFalse : next);
      }
    });
  }
}

const leafCount = (expression: Expression): number =>
  expression.kind === 'leaf' ? 1 : expression.parts.reduce((sum, part) => sum + leafCount(part), 0);

/** Runs the program at `start`, asking for leaves as it goes. */
export const runProgram = (
  code: Int32Array,
  start: number,
  leafHolds: (leaf: number) => boolean,
): boolean => {
  let place = start;
  while (place >= 0) place = code[place + (leafHolds(code[place] ?? 0) ? 1 : 2)] ?? reject;
  return place === accept;
};
