import type { Definition, Kind, SettingsDefinition } from './definition.ts';
import type { Remark } from './finding.ts';

/*
 * What is validated and published in full, but has no effect in this release. This file is the only place that
 * knows: a release that makes something run takes it out of here, and the warning leaves with it.
 */

const KINDS: ReadonlySet<Kind> = new Set<Kind>(['guard', 'learn', 'kpi']);

/** Settings that wait for what they are about. */
const SETTINGS = ['household'] as const satisfies readonly (keyof SettingsDefinition)[];

interface Part {
  readonly path: string;
  readonly what: string;
}

const partsOf = (definition: Definition): readonly Part[] => {
  if (definition.kind !== 'settings') return [];
  return SETTINGS.flatMap((path) =>
    definition[path] === undefined ? [] : [{ path, what: `settings of ${path}` }],
  );
};

/** Warnings for all that a definition asks for and does not get yet. */
export const notYetRun = (definition: Definition): readonly Remark[] => {
  const remark = (path: string, message: string): Remark => ({
    code: 'not-yet-run',
    severity: 'warning',
    path,
    message,
    evidence: {},
  });
  const warn = (path: string, what: string): Remark =>
    remark(path, `${what} are published, but do not run in this release`);
  if (definition.kind === 'question') {
    return [remark('kind', 'a question is asked where a journey asks it; by itself not in this release')];
  }
  if (KINDS.has(definition.kind)) return [warn('kind', `definitions of kind ${definition.kind}`)];
  return partsOf(definition).map(({ path, what }) => warn(path, what));
};
