import type { Liquid, Template } from 'liquidjs';
import type { Json } from '../json.ts';
import { markupLiquid, plainLiquid } from './liquid.ts';
import { isMarkup } from './markup.ts';
import { factsRead } from './template-facts.ts';

/** Content whose Liquid is parsed: immutable, rendered as often as wanted by `renderContent`. */
export interface ContentTemplate {
  readonly root: ContentNode;
  /** The facts that its strings read, dotted, in order: `visitor.preferredName`, `cart.lines.name`. */
  readonly facts: readonly string[];
}

/** A piece of content; whatever holds no Liquid is one constant, however deep. */
export type ContentNode =
  | { readonly type: 'constant'; readonly value: Json }
  | { readonly type: 'text'; readonly path: string; readonly liquid: Liquid; readonly templates: Template[] }
  | { readonly type: 'list'; readonly items: readonly ContentNode[] }
  | { readonly type: 'object'; readonly keys: readonly string[]; readonly values: readonly ContentNode[] };

/** What is wrong with a template, and where: `path` is dotted from the content's root. */
export interface TemplateError {
  readonly path: string;
  readonly message: string;
}

export type CompiledContent =
  | { readonly ok: true; readonly template: ContentTemplate }
  | { readonly ok: false; readonly errors: readonly TemplateError[] };

/** Content is a document, not a data structure: deeper nesting is a mistake or an attack. */
const deepest = 40;

interface Compilation {
  readonly facts: Set<string>;
  readonly errors: TemplateError[];
}

const constant = (value: Json): ContentNode => ({ type: 'constant', value });

const compileText = (text: string, key: string | null, path: string, into: Compilation): ContentNode => {
  if (!text.includes('{{') && !text.includes('{%')) return constant(text);
  const liquid = isMarkup(key, text) ? markupLiquid : plainLiquid;
  try {
    const templates = liquid.parse(text);
    for (const fact of factsRead(liquid, templates)) into.facts.add(fact);
    return { type: 'text', path, liquid, templates };
  } catch (error) {
    into.errors.push({ path, message: error instanceof Error ? error.message : String(error) });
    return constant('');
  }
};

const compileNode = (
  content: Json,
  key: string | null,
  path: string,
  depth: number,
  into: Compilation,
): ContentNode => {
  if (typeof content === 'string') return compileText(content, key, path, into);
  if (typeof content !== 'object' || content === null) return constant(content);
  if (depth >= deepest) {
    into.errors.push({ path, message: `expected at most ${deepest} levels of nesting` });
    return constant(null);
  }
  if (Array.isArray(content)) {
    const items = content.map((item: Json, index) =>
      compileNode(item, key, `${path}[${index}]`, depth + 1, into),
    );
    return items.every((item) => item.type === 'constant') ? constant(content) : { type: 'list', items };
  }
  const keys: string[] = [];
  const values: ContentNode[] = [];
  for (const [name, value] of Object.entries(content)) {
    if (value === undefined) continue;
    const at = path === '' ? name : `${path}.${name}`;
    if (name === '__proto__') {
      into.errors.push({ path: at, message: 'expected another key: "__proto__" is not data' });
      continue;
    }
    keys.push(name);
    values.push(compileNode(value, name, at, depth + 1, into));
  }
  return values.every((value) => value.type === 'constant')
    ? constant(content)
    : { type: 'object', keys, values };
};

/**
 * Parses the Liquid in every string of a content. Strings without `{{` and `{%` stay as they are and cost nothing
 * later; strings that are HTML (see `isMarkup`) escape what they print. Unknown tags and filters, broken syntax
 * and oversized text come back as errors with their path, all of them at once.
 */
export const compileContent = (content: Json): CompiledContent => {
  const into: Compilation = { facts: new Set(), errors: [] };
  const root = compileNode(content, null, '', 0, into);
  if (into.errors.length > 0) return { ok: false, errors: into.errors };
  return { ok: true, template: { root, facts: [...into.facts].sort() } };
};
