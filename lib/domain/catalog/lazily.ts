/** Makes a value on first use and keeps it: what a loaded catalog may never need is not built on loading. */
export const lazily = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
