import type { LintRule } from './context.ts';

/** All rules of the lint. */
export const LINT_RULES: readonly LintRule[] = [];
