/** What conditions are asked about: plain JSON-like values under a few roots. */
export interface Facts {
  /** Milliseconds since 1970: what `$within`, `$olderThan` and `$inNext` are relative to. */
  readonly now: number;
  /**
   * `visitor`, `account`, `cart`, `event`, `context`, `channel`, `line`, `match`, `row`, `now`: plain values,
   * times as RFC 3339 strings. `orders` holds the order lines that `$inOrders` searches. For the `where` of an
   * event count it holds the event's properties themselves.
   */
  readonly roots: { readonly [root: string]: unknown };
  /**
   * How often the counter's event happened at or after `since` (milliseconds since 1970), or in all since it was
   * first asked for where `since` is null.
   */
  readonly count: (counterId: string, since: number | null) => number;
}

const isIndex = (key: string): boolean => /^(?:0|[1-9]\d{0,8})$/.test(key);

const crossArray = (elements: readonly unknown[], path: readonly string[], from: number): unknown => {
  const found: unknown[] = [];
  for (const element of elements) {
    const value = readPath(element, path, from);
    if (Array.isArray(value)) found.push(...value);
    else if (value !== null) found.push(value);
  }
  return found.length > 0 ? found : null;
};

/**
 * Reads a value by its path: own properties only, so nothing of a prototype is ever seen. A whole number picks an
 * element of an array; any other key crosses it, giving the values of all elements in one flat list.
 *
 * @returns null where nothing is there.
 */
export const readPath = (value: unknown, path: readonly string[], from = 0): unknown => {
  let current = value;
  for (let index = from; index < path.length; index++) {
    if (typeof current !== 'object' || current === null) return null;
    const key = path[index] ?? '';
    if (Array.isArray(current) && !isIndex(key)) return crossArray(current, path, index);
    if (!Object.hasOwn(current, key)) return null;
    current = Reflect.get(current, key);
  }
  return current ?? null;
};

/** Facts of nothing but the given roots: no event was ever counted. */
export const factsOf = (roots: Facts['roots'], now: number): Facts => ({ now, roots, count: () => 0 });
