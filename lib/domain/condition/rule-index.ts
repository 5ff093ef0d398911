import {
  classOfAlien,
  classOfFalse,
  classOfNaN,
  classOfNull,
  classOfObject,
  classOfOtherString,
  classOfTrue,
  firstStringClass,
} from './rule-classes.ts';
import type { RuleSetImage } from './rule-image.ts';

/** Narrows the columns that are still possible by the value of one fact. */
export interface FactIndex {
  /** Whether the fact could still rule a column out; where finding out costs more than narrowing, always. */
  readonly matters: (possible: Int32Array) => boolean;
  readonly narrow: (
    value: unknown,
    possible: Int32Array,
    programHolds: (start: number) => boolean,
    drop: (first: number, end: number) => void,
  ) => void;
}

const noClass = -1;

/** The indexes of an image's facts, in their order; `words` is the length of a bitmap of columns. */
export const factIndexes = (image: RuleSetImage, words: number): readonly FactIndex[] => {
  let firstClass = 0;
  const scratch = new Int32Array(words);
  const gathered = new Int32Array(words);
  return image.text.facts.map((_, fact) => {
    const strings = new Map<string, number>();
    const firstString = image.stringStarts[fact] ?? 0;
    const endString = image.stringStarts[fact + 1] ?? 0;
    for (let place = firstString; place < endString; place++)
      strings.set(image.text.strings[place] ?? '', firstStringClass + place - firstString);
    const numbers = image.numbers.subarray(image.numberStarts[fact], image.numberStarts[fact + 1]);
    const classes = firstStringClass + strings.size + 2 * numbers.length + 1;
    const bitmaps = new ClassBitmaps(image, firstClass, classes, words);
    const anyElement = image.anyElement.subarray(
      image.anyElementStarts[fact],
      image.anyElementStarts[fact + 1],
    );
    const programs = image.arrayPrograms.subarray(
      image.arrayProgramStarts[fact],
      image.arrayProgramStarts[fact + 1],
    );
    // Columns that an array's elements don't decide: those without a test of this fact, and those with programs.
    const spared = new Int32Array(words).fill(-1);
    flip(spared, anyElement, 0, anyElement.length);
    const firstNumberClass = firstStringClass + strings.size;

    const classOf = (value: unknown): number => {
      switch (typeof value) {
        case 'string':
          return strings.get(value) ?? classOfOtherString;
        case 'number':
          return Number.isNaN(value) ? classOfNaN : firstNumberClass + gapOrNumber(numbers, value);
        case 'boolean':
          return value ? classOfTrue : classOfFalse;
        case 'undefined':
          return classOfNull;
        case 'object':
          return value === null ? classOfNull : Array.isArray(value) ? noClass : classOfObject;
        default:
          return classOfAlien;
      }
    };

    const narrowByElements = (elements: readonly unknown[], possible: Int32Array): void => {
      gathered.fill(0);
      // Of a cart's products most are in no rule, one after the other.
      let before = noClass;
      for (const element of elements) {
        const elementClass = classOf(element);
        if (elementClass === noClass || elementClass === before) continue;
        bitmaps.addTo(elementClass, gathered, scratch);
        before = elementClass;
      }
      for (let word = 0; word < words; word++)
        possible[word] = (possible[word] ?? 0) & ((gathered[word] ?? 0) | (spared[word] ?? 0));
    };

    const tested = new Int32Array(words);
    for (const column of testedBy(image, fact))
      tested[column >> 5] = (tested[column >> 5] ?? 0) | (1 << (column & 31));
    firstClass += classes;
    return {
      matters: (possible) => {
        if (words > 8) return true;
        for (let word = 0; word < words; word++)
          if (((possible[word] ?? 0) & (tested[word] ?? 0)) !== 0) return true;
        return false;
      },
      narrow: (value, possible, programHolds, drop) => {
        const valueClass = classOf(value);
        if (valueClass !== noClass) {
          bitmaps.narrow(valueClass, possible, scratch);
          return;
        }
        if (Array.isArray(value)) narrowByElements(value, possible);
        for (let place = 0; place < programs.length; place += 3)
          if (!programHolds(programs[place] ?? 0)) drop(programs[place + 1] ?? 0, programs[place + 2] ?? 0);
      },
    };
  });
};

/** Twice the number of smaller named numbers, and one more where the value is one of them. */
const gapOrNumber = (numbers: Float64Array, value: number): number => {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return 2 * low + (numbers[low] === value ? 1 : 0);
};

/** The columns that have a test of the fact. */
const testedBy = (image: RuleSetImage, fact: number): readonly number[] => {
  const programs = image.arrayPrograms.subarray(
    image.arrayProgramStarts[fact],
    image.arrayProgramStarts[fact + 1],
  );
  const tested = [
    ...image.anyElement.subarray(image.anyElementStarts[fact], image.anyElementStarts[fact + 1]),
  ];
  for (let place = 0; place < programs.length; place += 3)
    tested.push(...image.arrayColumns.subarray(programs[place + 1], programs[place + 2]));
  return tested;
};

/** Bitmaps of one fact that are kept without a thought: 128 KB. */
const mostWords = 32_768;

/**
 * For each class of one fact the columns that it leaves possible. Only some classes have their bitmap; the others
 * are a few changes away from one, which keeps memory small where a fact has thousands of classes.
 */
class ClassBitmaps {
  readonly #bitmaps: Int32Array;
  /** Per class: where its nearest bitmap starts, and which changes follow from there. */
  readonly #bitmapOf: Int32Array;
  readonly #changesFrom: Int32Array;
  readonly #changesTo: Int32Array;
  readonly #changes: Int32Array;
  readonly #words: number;

  constructor(image: RuleSetImage, firstClass: number, classes: number, words: number) {
    this.#words = words;
    this.#changes = image.changes;
    this.#bitmapOf = new Int32Array(classes);
    this.#changesFrom = new Int32Array(classes);
    this.#changesTo = new Int32Array(classes);
    // Where all bitmaps would take too much memory, few changes are made on the fly instead.
    const most = classes * words <= mostWords ? 0 : Math.max(8, words >> 2);
    const startOf = (index: number): number => image.changeStarts[firstClass + index] ?? 0;
    const kept: Int32Array[] = [];
    const current = new Int32Array(words).fill(-1);
    let keptAt = startOf(0);
    for (let index = 0; index < classes; index++) {
      const end = startOf(index + 1);
      flip(current, image.changes, startOf(index), end);
      if (kept.length === 0 || end - keptAt > most) {
        kept.push(current.slice());
        keptAt = end;
      }
      this.#bitmapOf[index] = (kept.length - 1) * words;
      this.#changesFrom[index] = keptAt;
      this.#changesTo[index] = end;
    }
    this.#bitmaps = new Int32Array(kept.length * words);
    kept.forEach((bitmap, index) => {
      this.#bitmaps.set(bitmap, index * words);
    });
  }

  /** Leaves only what the class leaves possible. */
  narrow(index: number, possible: Int32Array, scratch: Int32Array): void {
    const words = this.#words;
    const from = this.#changesFrom[index] ?? 0;
    const to = this.#changesTo[index] ?? 0;
    let bitmaps = this.#bitmaps;
    let start = this.#bitmapOf[index] ?? 0;
    if (from !== to) {
      this.#copyTo(index, scratch);
      bitmaps = scratch;
      start = 0;
    }
    for (let word = 0; word < words; word++)
      possible[word] = (possible[word] ?? 0) & (bitmaps[start + word] ?? 0);
  }

  /** Adds what the class leaves possible. */
  addTo(index: number, gathered: Int32Array, scratch: Int32Array): void {
    const words = this.#words;
    let bitmaps = this.#bitmaps;
    let start = this.#bitmapOf[index] ?? 0;
    if (this.#changesFrom[index] !== this.#changesTo[index]) {
      this.#copyTo(index, scratch);
      bitmaps = scratch;
      start = 0;
    }
    for (let word = 0; word < words; word++)
      gathered[word] = (gathered[word] ?? 0) | (bitmaps[start + word] ?? 0);
  }

  #copyTo(index: number, target: Int32Array): void {
    const start = this.#bitmapOf[index] ?? 0;
    for (let word = 0; word < this.#words; word++) target[word] = this.#bitmaps[start + word] ?? 0;
    flip(target, this.#changes, this.#changesFrom[index] ?? 0, this.#changesTo[index] ?? 0);
  }
}

const flip = (bitmap: Int32Array, columns: Int32Array, from: number, to: number): void => {
  for (let place = from; place < to; place++) {
    const column = columns[place] ?? 0;
    bitmap[column >> 5] = (bitmap[column >> 5] ?? 0) ^ (1 << (column & 31));
  }
};
