import type { Json } from '../json.ts';
import type { Definition } from './definition.ts';
import type { Step } from './journey-definition.ts';
import { placedStepsOf } from './walk-steps.ts';

/** Content or a template as it stands in a definition. */
export interface WrittenContent {
  /** Inside the definition: `content`, `variants[1].content`, `steps[0].message.content`. */
  readonly path: string;
  readonly content: Json;
  /** Whether visitors read it; else only Wend or the people who work with it do. */
  readonly forVisitors: boolean;
}

const shown = (path: string, content: Json | undefined): readonly WrittenContent[] =>
  content === undefined ? [] : [{ path, content, forVisitors: true }];

const internal = (path: string, content: Json | undefined): readonly WrittenContent[] =>
  content === undefined ? [] : [{ path, content, forVisitors: false }];

/** The content inside one step, as seen from the step. */
export const stepContent = (step: Step): readonly WrittenContent[] => {
  if ('show' in step) return shown('show.content', step.show.content);
  if ('message' in step) return shown('message.content', step.message.content);
  if ('grant' in step) return shown('grant.because', step.grant.because);
  if ('set' in step) {
    return [...internal('set.traits', step.set.traits), ...internal('set.preferences', step.set.preferences)];
  }
  if ('task' in step) return internal('task.summary', step.task.summary);
  if ('emit' in step) return internal('emit.properties', step.emit.properties);
  return [];
};

/** Everything in a definition whose strings are Liquid templates, and the texts that visitors read. */
export const writtenContent = (definition: Definition): readonly WrittenContent[] => {
  switch (definition.kind) {
    case 'experience':
      return [
        ...shown('content', definition.content),
        ...(definition.variants ?? []).flatMap((variant, position) =>
          shown(`variants[${position}].content`, variant.content),
        ),
      ];
    case 'journey':
      return placedStepsOf(definition).flatMap(({ path, step }) =>
        stepContent(step).map((written) => ({ ...written, path: `${path}.${written.path}` })),
      );
    case 'offer':
      return shown('label', definition.label);
    case 'guard':
      return [...shown('message', definition.message), ...shown('suggest', definition.suggest)];
    case 'question':
      return [
        ...shown('ask', definition.ask),
        ...shown('why', definition.why),
        ...definition.answers.flatMap((answer, position) =>
          shown(`answers[${position}].label`, answer.label),
        ),
      ];
    case 'follow':
      return internal('subject', definition.subject);
    case 'learn':
      return internal('item', definition.item);
    case 'settings':
    case 'segment':
    case 'problem':
    case 'kpi':
    case 'list':
    case 'authorization':
      return [];
  }
};

/** Every string of a content, with where it stands (seen from the content) and the key that it stands under. */
export const textsOf = (
  content: Json | undefined,
): readonly { readonly path: string; readonly key: string | null; readonly text: string }[] => {
  const texts: { path: string; key: string | null; text: string }[] = [];
  const visit = (node: Json | undefined, path: string, key: string | null): void => {
    if (typeof node === 'string') texts.push({ path, key, text: node });
    if (typeof node !== 'object' || node === null) return;
    if (Array.isArray(node)) {
      for (const [position, item] of node.entries()) visit(item, `${path}[${position}]`, key);
      return;
    }
    for (const [name, value] of Object.entries(node)) {
      visit(value, path === '' ? name : `${path}.${name}`, name);
    }
  };
  visit(content, '', null);
  return texts;
};
