import { isJsonObject, type Json } from '../json.ts';
import { renderBounded } from './bounds.ts';
import { printableNow, type TemplateClock } from './clock.ts';
import type { ContentNode, ContentTemplate } from './compile-content.ts';

/** What templates may read: the roots of the facts that conditions read, and the decision's clock. */
export interface TemplateScope extends TemplateClock {
  /** `visitor`, `account`, `cart`, `event`, `context`, `channel`, `match`, … as plain JSON-like values. */
  readonly roots: { readonly [root: string]: unknown };
}

export type RenderedContent =
  | { readonly ok: true; readonly content: Json }
  | { readonly ok: false; readonly path: string; readonly message: string };

interface Rendering {
  readonly environment: object;
  readonly clock: TemplateClock;
}

/** Carries the path of the string that failed up to `renderContent`, which returns it; never leaves this file. */
class TextFailure extends Error {
  readonly path: string;
  constructor(path: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.path = path;
  }
}

const renderNode = (node: ContentNode, rendering: Rendering): Json => {
  switch (node.type) {
    case 'constant':
      return node.value;
    case 'text':
      try {
        return renderBounded(node.liquid, node.templates, rendering.environment, rendering.clock);
      } catch (error) {
        throw new TextFailure(node.path, error);
      }
    case 'list':
      return node.items.map((item) => renderNode(item, rendering));
    case 'object': {
      const rendered: { [key: string]: Json } = {};
      for (let index = 0; index < node.keys.length; index += 1) {
        const key = node.keys[index];
        const value = node.values[index];
        if (key !== undefined && value !== undefined) rendered[key] = renderNode(value, rendering);
      }
      return rendered;
    }
  }
};

/** The scope as templates see it. The visitor's time is asked for only by those that print it. */
const environmentOf = (scope: TemplateScope): object => {
  const { visitor } = scope.roots;
  const environment: { [name: string]: unknown } = isJsonObject(visitor)
    ? { traits: visitor['traits'], stats: visitor['stats'] }
    : {};
  for (const root of Object.keys(scope.roots)) if (root !== 'now') environment[root] = scope.roots[root];
  let now: object | null = null;
  return Object.defineProperty(environment, 'now', {
    enumerable: true,
    get: () => {
      now ??= printableNow(scope.roots['now'], scope);
      return now;
    },
  });
};

/**
 * Renders contents for one visitor, one after another. Deterministic: the same template, roots and clock give the
 * same content on every machine. An unknown variable is empty. What fails while rendering (a limit, an impossible
 * argument) is returned with the path of the string that failed.
 */
export const rendererFor = (scope: TemplateScope): ((template: ContentTemplate) => RenderedContent) => {
  let rendering: Rendering | null = null;
  return ({ root }) => {
    if (root.type === 'constant') return { ok: true, content: root.value };
    rendering ??= { environment: environmentOf(scope), clock: scope };
    try {
      return { ok: true, content: renderNode(root, rendering) };
    } catch (error) {
      if (error instanceof TextFailure) return { ok: false, path: error.path, message: error.message };
      throw error;
    }
  };
};

/** Renders one content for one visitor; see {@link rendererFor}. */
export const renderContent = (template: ContentTemplate, scope: TemplateScope): RenderedContent =>
  rendererFor(scope)(template);
