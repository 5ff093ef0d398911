import type { Definition, Kind } from './definition.ts';

/** The definitions of one kind, ordered by id, so that their order in files does not matter. */
export const definitionsOfKind = <K extends Kind>(
  definitions: readonly Definition[],
  kind: K,
): readonly Extract<Definition, { kind: K }>[] =>
  definitions
    .filter((definition): definition is Extract<Definition, { kind: K }> => definition.kind === kind)
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
