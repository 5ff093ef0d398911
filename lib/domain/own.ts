/**
 * A record's own value for a key that came from outside: `toString` or `constructor` as an event's name must not
 * find what every object inherits.
 */
export const own = <T>(record: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** Sets a record's own value under a key that came from outside: `__proto__` is a name like any other. */
export const setOwn = <T>(record: { [key: string]: T }, key: string, value: T): void => {
  if (key === '__proto__') {
    Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true });
  } else record[key] = value;
};
