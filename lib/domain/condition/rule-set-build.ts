import type { JsonObject } from '../json.ts';
import type { Condition } from './condition.ts';
import { scopeOf } from './evaluate.ts';
import type { Facts } from './facts.ts';
import { changesOf, classCount, classesOf, classIndexOf } from './rule-classes.ts';
import { byRate, type Column, columnsOf, expressionKey, type FactExpression } from './rule-columns.ts';
import { expressionOf, isAboutAnyElement, Leaves, leafDocument } from './rule-expression.ts';
import { imageLayout, type RuleSetImage } from './rule-image.ts';
import { ProgramWriter } from './rule-program.ts';

export interface RuleSetOptions {
  readonly segments: ReadonlyMap<string, Condition>;
  /** Recent visitors: what decides most often among them is checked first. Without them it is estimated. */
  readonly samples?: readonly Facts[];
}

/** A list of lists, as items and starts. */
class Ragged {
  readonly items: number[] = [];
  readonly starts: number[] = [0];

  end(): void {
    this.starts.push(this.items.length);
  }
}

/**
 * Compiles conditions into one image, in which every test on a single fact is answered for all rules at once: a
 * value of the fact falls into a class, and each class has the set of rules that it leaves possible (a bitmap
 * index). What such tests can't express is a program over leaves, run for the rules that are still possible.
 */
export const buildRuleSet = (conditions: readonly Condition[], options: RuleSetOptions): RuleSetImage => {
  const samples = (options.samples ?? []).map((facts) => scopeOf(facts, options.segments));
  const leaves = new Leaves(samples);
  const columns = conditions.flatMap((condition, rule) => columnsOf(rule, expressionOf(condition, leaves)));
  const programs = new ProgramWriter();
  const columnPrograms = columns.map(({ rest }) => {
    if (rest.length === 0) return -1;
    const expression = byRate({ kind: 'and', parts: rest });
    return programs.write(expression, expressionKey(expression));
  });
  const facts = buildFacts(columns, programs);
  return {
    layout: imageLayout,
    rules: conditions.length,
    text: {
      facts: facts.paths,
      strings: facts.strings,
      leaves: leaves.all.map((leaf) => leafDocument(leaf.node)),
      roots: [...new Set([...conditions, ...options.segments.values()].flatMap(({ roots }) => roots))],
      segments: neededSegments(conditions, options.segments),
    },
    columnRules: Int32Array.from(columns, (column) => column.rule),
    columnPrograms: Int32Array.from(columnPrograms),
    code: programs.code,
    stringStarts: Int32Array.from(facts.stringStarts),
    numbers: Float64Array.from(facts.numbers.items),
    numberStarts: Int32Array.from(facts.numbers.starts),
    changeStarts: Int32Array.from(facts.changes.starts),
    changes: Int32Array.from(facts.changes.items),
    anyElementStarts: Int32Array.from(facts.anyElement.starts),
    anyElement: Int32Array.from(facts.anyElement.items),
    arrayProgramStarts: Int32Array.from(facts.arrayPrograms.starts),
    arrayPrograms: Int32Array.from(facts.arrayPrograms.items),
    arrayColumns: Int32Array.from(facts.arrayColumns),
  };
};

/** An expression on one fact, with the columns that need it. */
interface Need extends FactExpression {
  readonly key: string;
  readonly columns: number[];
}

/** What each fact must be answered for. A fact of which a column needs several answers stands there twice. */
const needsByFact = (columns: readonly Column[]): readonly (readonly Need[])[] => {
  const byFact = new Map<string, Map<string, Need>>();
  const note = (place: string, fact: FactExpression, column: number): void => {
    const needs = byFact.get(place) ?? new Map<string, Need>();
    byFact.set(place, needs);
    const key = expressionKey(fact.expression);
    const need = needs.get(key) ?? { ...fact, key, columns: [] };
    needs.set(key, need);
    need.columns.push(column);
  };
  columns.forEach((column, index) => {
    for (const [place, fact] of column.byFact) note(place, fact, index);
  });
  return [...byFact.values()].map((needs) => [...needs.values()]);
};

const buildFacts = (columns: readonly Column[], programs: ProgramWriter) => {
  const paths: string[] = [];
  const strings: string[] = [];
  const stringStarts: number[] = [0];
  const numbers = new Ragged();
  const changes = new Ragged();
  const anyElement = new Ragged();
  const arrayPrograms = new Ragged();
  const arrayColumns: number[] = [];
  for (const needs of needsByFact(columns)) {
    paths.push(needs[0]?.path.text ?? '');
    const classes = classesOf(needs.map((need) => need.expression));
    const index = classIndexOf(classes);
    for (const text of classes.strings) strings.push(text);
    stringStarts.push(strings.length);
    for (const number of classes.numbers) numbers.items.push(number);
    numbers.end();
    const changing: number[][] = Array.from({ length: classCount(classes) }, () => []);
    for (const need of needs) {
      for (const start of changesOf(need.expression, index)) changing[start]?.push(...need.columns);
      if (isAboutAnyElement(need.expression)) anyElement.items.push(...need.columns);
      else {
        const first = arrayColumns.length;
        arrayColumns.push(...need.columns);
        arrayPrograms.items.push(programs.write(need.expression, need.key), first, arrayColumns.length);
      }
    }
    for (const own of changing) {
      changes.items.push(...own);
      changes.end();
    }
    anyElement.end();
    arrayPrograms.end();
  }
  return { paths, strings, stringStarts, numbers, changes, anyElement, arrayPrograms, arrayColumns };
};

/** The segments that the rules name, and those that these name. */
const neededSegments = (
  conditions: readonly Condition[],
  segments: ReadonlyMap<string, Condition>,
): { readonly [id: string]: JsonObject } => {
  const needed = new Map<string, JsonObject>();
  const visit = (id: string): void => {
    const condition = segments.get(id);
    if (condition === undefined || needed.has(id)) return;
    needed.set(id, condition.document);
    condition.segments.forEach(visit);
  };
  for (const condition of conditions) condition.segments.forEach(visit);
  return Object.fromEntries(needed);
};
