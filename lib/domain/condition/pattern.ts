import { RE2JS, RE2JSException } from 're2js';

/** A regular expression that runs in time linear in the text (RE2 syntax: no back-references, no look-around). */
export interface Pattern {
  readonly source: string;
  readonly matches: (text: string) => boolean;
}

/** Patterns longer than this are refused: nobody can read them, and their automata grow with them. */
const longestPattern = 500;

/** Compiles a pattern, or says what is wrong with it. */
export const compilePattern = (
  source: string,
  ignoreCase: boolean,
): { readonly ok: true; readonly pattern: Pattern } | { readonly ok: false; readonly message: string } => {
  if (source.length > longestPattern)
    return {
      ok: false,
      message: `expected a regular expression of at most ${longestPattern} characters, found ${source.length}`,
    };
  try {
    const compiled = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return { ok: true, pattern: { source, matches: (text) => compiled.test(text) } };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, message: `expected a regular expression in RE2 syntax: ${error.message}` };
  }
};
