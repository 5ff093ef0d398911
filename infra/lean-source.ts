/**
 * Empties the body of a declaration that starts a line and ends with a brace at the start of another.
 *
 * @throws Error where there is none: another version of the library has to be looked at anew
 */
const emptied = (source: string, declaration: string): string => {
  const start = source.indexOf(`\n${declaration}`);
  const end = source.indexOf('\n}', start);
  if (start < 0 || end < 0)
    throw new Error(`nothing starts with "${declaration}" to be left out of a bundle`);
  return `${source.slice(0, start + 1)}${declaration} {${source.slice(end)}`;
};

/** The same of several. */
export const allEmptied = (source: string, declarations: readonly string[]): string =>
  declarations.reduce(emptied, source);

/** A method of a class that starts a line after one tab, with its body. */
const METHOD = /^\t(?:static |get )?\*?(\w+)\([^\n]*\) \{$[\s\S]*?^\t\}$/gm;

/**
 * A class without the methods that nobody calls.
 *
 * @throws Error where it lacks one that is to stay: another version of the library has to be looked at anew
 */
export const withMethodsOnly = (source: string, declaration: string, names: readonly string[]): string => {
  const start = source.indexOf(`\n${declaration} {`);
  const end = source.indexOf('\n};', start);
  const found = new Set<string>();
  const body = source.slice(start, end).replace(METHOD, (method, name: string) => {
    found.add(name);
    return names.includes(name) ? method : '';
  });
  const missing = names.filter((name) => !found.has(name));
  if (start < 0 || missing.length > 0) throw new Error(`${declaration} lacks ${missing.join(', ')}`);
  return `${source.slice(0, start)}${body}${source.slice(end)}`;
};
