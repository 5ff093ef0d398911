import type { OpenedProblem } from '../visitor/state.ts';

/** Problems kept of one visitor; open ones stay longest, then the newest. */
const MAX_PROBLEMS = 50;

const isOpen = (problem: OpenedProblem): boolean => problem.closedAt === null;

/** Of too many problems those that stay. */
export const boundProblems = (problems: readonly OpenedProblem[]): readonly OpenedProblem[] => {
  if (problems.length <= MAX_PROBLEMS) return problems;
  return problems
    .toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.openedAt - a.openedAt)
    .slice(0, MAX_PROBLEMS);
};

/** The same trouble, opened at the same moment. */
const nameOf = ({ problemId, key, openedAt }: OpenedProblem): string =>
  JSON.stringify([problemId, key, openedAt]);

const isSameTrouble = (a: OpenedProblem, b: OpenedProblem): boolean =>
  a.problemId === b.problemId && a.key === b.key;

/** What both know is over as soon as one of them says so. */
const together = (a: OpenedProblem, b: OpenedProblem | undefined): OpenedProblem => {
  if (b === undefined || b.closedAt === null) return a;
  return a.closedAt === null || b.closedAt < a.closedAt ? b : a;
};

/**
 * Two histories' problems as one. What is open for either is open for the person: a log-in solves nothing, and sells
 * nothing to whoever just complained on another device. Of several open for one key the first stands.
 */
export const mergeProblems = (
  a: readonly OpenedProblem[],
  b: readonly OpenedProblem[],
): readonly OpenedProblem[] => {
  if (b.length === 0) return a;
  const merged = new Map(a.map((problem) => [nameOf(problem), problem]));
  for (const problem of b) merged.set(nameOf(problem), together(problem, merged.get(nameOf(problem))));
  const all = [...merged.values()].sort(
    (x, y) => x.openedAt - y.openedAt || (nameOf(x) < nameOf(y) ? -1 : 1),
  );
  return boundProblems(
    all.filter((problem, place) => {
      const earlier = all.slice(0, place);
      return !isOpen(problem) || !earlier.some((other) => isOpen(other) && isSameTrouble(other, problem));
    }),
  );
};
