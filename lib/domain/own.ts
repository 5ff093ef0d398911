/**
 * A record's own value for a key that came from outside: `toString` or `constructor` as an event's name must not
 * find what every object inherits.
 */
export const own = <T>(record: { readonly [key: string]: T }, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
