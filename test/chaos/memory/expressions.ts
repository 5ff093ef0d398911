import type { AttributeValue } from '@aws-sdk/client-dynamodb';

export type Item = Record<string, AttributeValue>;

/** What `#names` and `:values` of an expression stand for. */
export interface Scope {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** Whether an item fulfils a condition; a key that is not there is an item without attributes. */
export type Condition = (item: Item, scope: Scope) => boolean;

/** What an update makes of an item. */
export type Update = (item: Item, scope: Scope) => Item;

const TOKEN = /\s*(<=|>=|<>|[=<>(),+-]|[:#]?[A-Za-z_][A-Za-z0-9_]*)/y;

const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new Error(`can't read the expression ${text}`);
    tokens.push(token);
  }
  return tokens;
};

/** Less than, equal to, or greater than 0; null where two values have no order: other types, or none. */
const compare = (a: AttributeValue | undefined, b: AttributeValue | undefined): number | null => {
  if (a?.N !== undefined && b?.N !== undefined) return Number(a.N) - Number(b.N);
  if (a?.S !== undefined && b?.S !== undefined) return a.S < b.S ? -1 : a.S > b.S ? 1 : 0;
  if (a?.BOOL !== undefined && b?.BOOL !== undefined) return Number(a.BOOL) - Number(b.BOOL);
  return null;
};

const COMPARED: { readonly [operator: string]: (order: number) => boolean } = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

const operandOf =
  (token: string) =>
  (item: Item, { names, values }: Scope): AttributeValue | undefined =>
    token.startsWith(':') ? values[token] : item[token.startsWith('#') ? (names[token] ?? token) : token];

class Parser {
  readonly #tokens: string[];
  #place = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  peek(): string {
    return this.#tokens[this.#place] ?? '';
  }

  next(): string {
    return this.#tokens[this.#place++] ?? '';
  }

  /** Takes a word, in whatever case; false where another one stands there. */
  takes(word: string): boolean {
    if (this.peek().toUpperCase() !== word) return false;
    this.#place += 1;
    return true;
  }

  expect(word: string): void {
    if (!this.takes(word)) throw new Error(`expected ${word}, and not ${this.peek()}`);
  }

  either(): Condition {
    const first = this.both();
    if (!this.takes('OR')) return first;
    const second = this.either();
    return (item, scope) => first(item, scope) || second(item, scope);
  }

  both(): Condition {
    const first = this.one();
    if (!this.takes('AND')) return first;
    const second = this.both();
    return (item, scope) => first(item, scope) && second(item, scope);
  }

  one(): Condition {
    if (this.takes('(')) {
      const inner = this.either();
      this.expect(')');
      return inner;
    }
    const token = this.next();
    if (this.takes('(')) return this.call(token);
    const left = operandOf(token);
    if (this.takes('BETWEEN')) {
      const low = operandOf(this.next());
      this.expect('AND');
      const high = operandOf(this.next());
      return (item, scope) => {
        const value = left(item, scope);
        return (compare(value, low(item, scope)) ?? -1) >= 0 && (compare(value, high(item, scope)) ?? 1) <= 0;
      };
    }
    const operator = this.next();
    const isSo = COMPARED[operator];
    if (isSo === undefined) throw new Error(`can't compare with ${operator}`);
    const right = operandOf(this.next());
    return (item, scope) => {
      const order = compare(left(item, scope), right(item, scope));
      return order !== null && isSo(order);
    };
  }

  call(name: string): Condition {
    const subject = operandOf(this.next());
    const argument = this.takes(',') ? operandOf(this.next()) : null;
    this.expect(')');
    switch (name) {
      case 'attribute_exists':
        return (item, scope) => subject(item, scope) !== undefined;
      case 'attribute_not_exists':
        return (item, scope) => subject(item, scope) === undefined;
      case 'begins_with':
        return (item, scope) =>
          subject(item, scope)?.S?.startsWith(argument?.(item, scope)?.S ?? '') === true;
      default:
        throw new Error(`nothing here calls ${name}`);
    }
  }
}

const memoized = <T>(parse: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>();
  return (text) => {
    const parsed = known.get(text) ?? parse(text);
    known.set(text, parsed);
    return parsed;
  };
};

/** Reads a condition or a key condition, as far as Wend's adapters write any. */
export const conditionOf = memoized((text): Condition => new Parser(text).either());

/** The name of the value that a key condition compares its partition key with: its first comparison. */
export const partitionValueOf = memoized((text): string => tokensOf(text)[2] ?? '');

/** A value that is set: an operand, or a number more or less than another. */
const sumOf = (parser: Parser): ReturnType<typeof operandOf> => {
  const first = operandOf(parser.next());
  const sign = parser.peek() === '+' ? 1 : parser.peek() === '-' ? -1 : null;
  if (sign === null) return first;
  parser.next();
  const second = operandOf(parser.next());
  return (item, scope) => ({
    N: String(Number(first(item, scope)?.N) + sign * Number(second(item, scope)?.N)),
  });
};

const CLAUSES: ReadonlySet<string> = new Set(['SET', 'ADD', 'REMOVE']);

/** Reads an update expression of `SET a = b`, `SET a = b + c`, `ADD a b` and `REMOVE a`. */
export const updateOf = memoized((text): Update => {
  const parser = new Parser(text);
  const steps: ((item: Item, scope: Scope, before: Item) => void)[] = [];
  let clause = '';
  while (parser.peek() !== '') {
    if (CLAUSES.has(parser.peek().toUpperCase())) clause = parser.next().toUpperCase();
    const target = parser.next();
    const nameIn = ({ names }: Scope): string =>
      target.startsWith('#') ? (names[target] ?? target) : target;
    if (clause === 'REMOVE') {
      steps.push((item, scope) => {
        delete item[nameIn(scope)];
      });
    } else {
      if (clause === 'SET') parser.expect('=');
      const value = sumOf(parser);
      const isAdd = clause === 'ADD';
      steps.push((item, scope, before) => {
        const added = value(before, scope);
        const present = isAdd ? Number(before[nameIn(scope)]?.N ?? 0) : 0;
        if (added !== undefined)
          item[nameIn(scope)] = isAdd ? { N: String(present + Number(added.N)) } : added;
      });
    }
    parser.takes(',');
  }
  return (item, scope) => {
    const updated = { ...item };
    for (const step of steps) step(updated, scope, item);
    return updated;
  };
});
