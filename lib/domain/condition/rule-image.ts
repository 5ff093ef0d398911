import type { JsonObject } from '../json.ts';

/**
 * A compiled set of rules: plain data and typed arrays, stored with a catalog version and loaded in milliseconds.
 * Lists of lists are stored as one array of items and one of starts, with the end as last start.
 */
export interface RuleSetImage {
  readonly layout: typeof imageLayout;
  /** How many rules there are. */
  readonly rules: number;
  readonly text: RuleSetText;
  /** The rule of each column, ascending. */
  readonly columnRules: Int32Array;
  /** Where each column's program starts in `code`, or -1 where the facts alone decide. */
  readonly columnPrograms: Int32Array;
  readonly code: Int32Array;
  /** Per fact: where its named strings start in `text.strings`. */
  readonly stringStarts: Int32Array;
  readonly numbers: Float64Array;
  readonly numberStarts: Int32Array;
  /** Per class of each fact: where the columns start whose answer changes there, going up. */
  readonly changeStarts: Int32Array;
  readonly changes: Int32Array;
  /** Per fact: columns that hold of an array where they hold of any of its elements. */
  readonly anyElementStarts: Int32Array;
  readonly anyElement: Int32Array;
  /** Per fact: programs that decide about arrays, as `[start in code, first, end]` in `arrayColumns`. */
  readonly arrayProgramStarts: Int32Array;
  readonly arrayPrograms: Int32Array;
  readonly arrayColumns: Int32Array;
}

/** The parts of an image that are JSON. */
export interface RuleSetText {
  /** Canonical paths of the facts that columns test. */
  readonly facts: readonly string[];
  /** Named strings of all facts. */
  readonly strings: readonly string[];
  /** What leaves parse from. */
  readonly leaves: readonly JsonObject[];
  /** The roots that paths of leaves and segments may start with. */
  readonly roots: readonly string[];
  readonly segments: { readonly [id: string]: JsonObject };
}

/** Raised whenever an image of before could be misread. */
export const imageLayout = 1;

/** What `buildRuleSet` makes of no rules, without the compiler: most functions load rules and never build any. */
export const emptyImage = (): RuleSetImage => {
  const none = new Int32Array(0);
  const noLists = Int32Array.of(0);
  return {
    layout: imageLayout,
    rules: 0,
    text: { facts: [], strings: [], leaves: [], roots: [], segments: {} },
    columnRules: none,
    columnPrograms: none,
    code: none,
    stringStarts: noLists,
    numbers: new Float64Array(0),
    numberStarts: noLists,
    changeStarts: noLists,
    changes: none,
    anyElementStarts: noLists,
    anyElement: none,
    arrayProgramStarts: noLists,
    arrayPrograms: none,
    arrayColumns: none,
  };
};
