const liquidCode = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const quoted = /'[^']*'|"[^"]*"/g;
const startOfTag = /<[a-z/!]/i;

/**
 * Whether a string of content is HTML, so that what visitors wrote is escaped in it: its key is `html` or ends
 * in `Html` or `_html`, or its text (or a literal in its Liquid) holds the start of a tag, `<x`, `</` or `<!`.
 * A comparison such as `{% if a <b %}` is no tag.
 */
export const isMarkup = (key: string | null, text: string): boolean => {
  if (key !== null && (key === 'html' || key.endsWith('Html') || key.endsWith('_html'))) return true;
  // The letter stands for what the code will print: `<{{ tag }}>` is markup too.
  const printed = text.replace(liquidCode, (code) => `x${(code.match(quoted) ?? []).join(' ')}`);
  return startOfTag.test(printed);
};
