import { RE2JS, RE2JSException } from 're2js';

/** A regular expression that runs in time linear in the text (RE2 syntax: no back-references, no look-around). */
export interface Pattern {
  readonly source: string;
  readonly matches: (text: string) => boolean;
}

/** Patterns longer than this are refused: nobody can read them, and their automata grow with them. */
const longestPattern = 500;

/** Answers that a pattern remembers, and how long their texts are at most: categories and pages come again and again. */
const MAX_KNOWN = 500;
const MAX_KNOWN_CHARACTERS = 200;

/** The same answers, most of them from memory: an automaton takes twenty times as long as a look-up. */
const remembering = (test: (text: string) => boolean): Pattern['matches'] => {
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const answer = test(text);
    if (known.size >= MAX_KNOWN) known.clear();
    if (text.length <= MAX_KNOWN_CHARACTERS) known.set(text, answer);
    return answer;
  };
};

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
    return { ok: true, pattern: { source, matches: remembering((text) => compiled.test(text)) } };
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { ok: false, message: `expected a regular expression in RE2 syntax: ${error.message}` };
  }
};
