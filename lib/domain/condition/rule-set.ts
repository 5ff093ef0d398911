import type { Condition } from './condition.ts';
import { nodeHolds, type Scope, scopeOf } from './evaluate.ts';
import type { Facts } from './facts.ts';
import { parseCondition } from './parse.ts';
import { FactReader } from './rule-facts.ts';
import type { RuleSetImage } from './rule-image.ts';
import { factIndexes } from './rule-index.ts';
import { runProgram } from './rule-program.ts';

export type { RuleSetImage } from './rule-image.ts';
export { buildRuleSet } from './rule-set-build.ts';

/** Rules ready to be matched. */
export interface RuleSet {
  /** How many rules there are. */
  readonly size: number;
  /** The ascending indexes of the rules that hold of the facts: exactly those of which `holds` is true. */
  readonly match: (facts: Facts) => readonly number[];
}

const unknown = 0;
const isTrue = 1;
const isFalse = 2;

/** Makes an image ready: some ten milliseconds for 10,000 rules. Leaves are parsed when they are first needed. */
export const loadRuleSet = (image: RuleSetImage): RuleSet => {
  const { columnRules, columnPrograms, code, arrayColumns } = image;
  const columns = columnRules.length;
  const words = (columns + 31) >> 5;
  const possible = new Int32Array(words);
  const reader = new FactReader(image.text.facts);
  const indexes = factIndexes(image, words);
  const leafStates = new Uint8Array(image.text.leaves.length);
  const leafOf = lazily((id: number) => parsed(image.text.leaves[id], image));
  const segmentOf = lazily((id: string) =>
    Object.hasOwn(image.text.segments, id) ? parsed(image.text.segments[id], image) : undefined,
  );
  const segments = { get: segmentOf };
  let scope: Scope | null = null;

  const leafHolds = (id: number): boolean => {
    const state = leafStates[id];
    if (state !== unknown) return state === isTrue;
    const leaf = leafOf(id);
    const answer = leaf !== undefined && scope !== null && nodeHolds(leaf.root, scope);
    leafStates[id] = answer ? isTrue : isFalse;
    return answer;
  };
  const programHolds = (start: number): boolean => runProgram(code, start, leafHolds);
  const drop = (first: number, end: number): void => {
    for (let place = first; place < end; place++) {
      const column = arrayColumns[place] ?? 0;
      possible[column >> 5] = (possible[column >> 5] ?? 0) & ~(1 << (column & 31));
    }
  };

  const match = (facts: Facts): readonly number[] => {
    scope = scopeOf(facts, segments);
    leafStates.fill(unknown);
    possible.fill(-1);
    if ((columns & 31) !== 0) possible[words - 1] = (1 << (columns & 31)) - 1;
    reader.begin(facts.roots);
    for (let fact = 0; fact < indexes.length; fact++) {
      const index = indexes[fact];
      if (index?.matters(possible) === true) index.narrow(reader.value(fact), possible, programHolds, drop);
    }
    const found: number[] = [];
    let last = -1;
    for (let word = 0; word < words; word++) {
      let bits = possible[word] ?? 0;
      while (bits !== 0) {
        const column = (word << 5) + 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        const rule = columnRules[column] ?? 0;
        if (rule === last) continue;
        const program = columnPrograms[column] ?? -1;
        if (program >= 0 && !programHolds(program)) continue;
        found.push(rule);
        last = rule;
      }
    }
    scope = null;
    reader.end();
    return found;
  };
  return { size: image.rules, match };
};

const parsed = (document: unknown, { text }: RuleSetImage): Condition | undefined => {
  const result = parseCondition(document, { roots: text.roots });
  return result.ok ? result.condition : undefined;
};

const lazily = <K, V>(make: (key: K) => V): ((key: K) => V) => {
  const made = new Map<K, { readonly value: V }>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known.value;
    const value = make(key);
    made.set(key, { value });
    return value;
  };
};
