/**
 * What is made of an object, made once for it and kept as long as the object itself.
 *
 * @param make - of an object that never changes
 */
export const onceFor = <Key extends object, Made extends {}>(
  make: (key: Key) => Made,
): ((key: Key) => Made) => {
  const known = new WeakMap<Key, Made>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const made = make(key);
    known.set(key, made);
    return made;
  };
};
