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

const environmentOf = (scope: TemplateScope): object => {
  const visitor = scope.roots['visitor'];
  return {
    ...(isJsonObject(visitor) ? { traits: visitor['traits'], stats: visitor['stats'] } : {}),
    ...scope.roots,
    now: printableNow(scope.roots['now'], scope),
  };
};

/**
 * Renders a content for one visitor. Deterministic: the same template, roots and clock give the same content on
 * every machine. An unknown variable is empty. What fails while rendering (a limit, an impossible argument) is
 * returned with the path of the string that failed.
 */
export const renderContent = (template: ContentTemplate, scope: TemplateScope): RenderedContent => {
  if (template.root.type === 'constant') return { ok: true, content: template.root.value };
  try {
    return {
      ok: true,
      content: renderNode(template.root, { environment: environmentOf(scope), clock: scope }),
    };
  } catch (error) {
    if (error instanceof TextFailure) return { ok: false, path: error.path, message: error.message };
    throw error;
  }
};
