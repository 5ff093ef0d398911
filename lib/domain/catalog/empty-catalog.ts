import { always } from '../condition/condition.ts';
import { emptyImage } from '../condition/rule-image.ts';
import { assemble } from './assemble.ts';
import type { CompiledCatalog } from './compiled.ts';

/** The catalog of an environment in which nothing was published yet: version 0, and nothing to show. */
export const emptyCatalog = (): CompiledCatalog => {
  const noRules = emptyImage();
  return assemble({
    version: 0,
    publishedAt: 0,
    definitions: [],
    segments: new Map(),
    images: { experiences: noRules, offers: noRules },
    counters: [],
    reads: { facts: new Set(), templateFacts: new Set(), counters: new Set() },
    conditionAt: () => always,
    pinned: [],
    moves: [],
  });
};
