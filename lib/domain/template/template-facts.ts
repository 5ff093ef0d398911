import type { Liquid, Template } from 'liquidjs';

/** Objects whose keys are anybody's: `traits.size` is a trait, `cart.lines.size` is a length. */
const openMaps = new Set(['traits', 'attributes', 'properties', 'data', 'preferences']);

/** Short forms of a visitor's facts, as in conditions. */
const shortForms = new Set(['traits', 'stats']);

const factOf = (segments: readonly unknown[]): string => {
  const path: string[] = [];
  for (const segment of segments) {
    // An index into a list, or a key that is known only when it renders: all beneath is read.
    if (typeof segment === 'number') continue;
    if (typeof segment !== 'string') break;
    const parent = path.at(-1);
    if (parent !== undefined && !openMaps.has(parent)) {
      if (segment === 'size') break;
      if (segment === 'first' || segment === 'last') continue;
    }
    path.push(segment);
  }
  return shortForms.has(path[0] ?? '') ? `visitor.${path.join('.')}` : path.join('.');
};

/** The facts that parsed templates read, dotted and in order; paths cross lists (`cart.lines.name`). */
export const factsRead = (liquid: Liquid, templates: Template[]): readonly string[] => {
  const facts = new Set<string>();
  for (const variables of Object.values(liquid.analyzeSync(templates, { partials: false }).globals)) {
    for (const variable of variables) facts.add(factOf(variable.toArray()));
  }
  return [...facts].sort();
};
