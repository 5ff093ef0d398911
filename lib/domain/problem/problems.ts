import type { CompiledProblem } from '../catalog/load-listeners.ts';
import { carriedKey, factAt, keyText } from '../journey/facts.ts';
import type { Happening } from '../journey/happening.ts';
import type { World } from '../journey/world.ts';
import { addDuration } from '../time/duration.ts';
import type { OpenedProblem } from '../visitor/state.ts';
import { boundProblems } from './merge.ts';

const isOpen = (problem: OpenedProblem): boolean => problem.closedAt === null;

const close = (world: World, problem: OpenedProblem, at: number, why: string): void => {
  const { problemId, key } = problem;
  world.change({
    problems: world.state.problems.map((other) => (other === problem ? { ...other, closedAt: at } : other)),
  });
  world.tell(at, { kind: 'problem', problemId, key, what: 'closed', why });
  world.count(`problems/${problemId}/closed`);
  world.happen({
    source: `${problemId}:${key}:${problem.openedAt}:closed`,
    name: 'Problem Closed',
    at,
    properties: { id: problemId, key, reason: why },
  });
};

/** Closes what an event ends: by its key, or all of a kind where the event carries none. */
export const closeProblems = (world: World, happening: Happening): void => {
  for (const { definition, opens, closes } of world.catalog.problems) {
    const open = world.state.problems.filter(
      (problem) => problem.problemId === definition.id && isOpen(problem),
    );
    if (open.length === 0) continue;
    for (const problem of open) {
      // A newer event about the same thing that is no longer one of trouble takes the trouble back.
      const revised =
        happening.revises !== null &&
        problem.openedBy === happening.revises &&
        !world.holds(opens.where, world.facts(happening.at, happening.facts));
      if (revised) {
        close(world, problem, happening.at, `${happening.name} was revised`);
        continue;
      }
      const ending = closes.find((listener) => {
        if (!listener.on.has(happening.name) || happening.at < problem.openedAt) return false;
        const key = carriedKey(listener.keyPath, happening.facts);
        if (key !== null && key !== problem.key) return false;
        return world.holds(listener.where, world.facts(happening.at, happening.facts));
      });
      if (ending !== undefined) close(world, problem, happening.at, happening.name);
    }
  }
};

/** Opens what an event makes a problem; one of the same key that is open stays as it is. */
export const openProblems = (world: World, happening: Happening): void => {
  if (happening.isLate) return;
  for (const compiled of world.catalog.problems) {
    if (compiled.opens.on.has(happening.name)) open(world, compiled, happening);
  }
};

const open = (world: World, { definition, opens, expires }: CompiledProblem, happening: Happening): void => {
  const { at } = happening;
  const facts = world.facts(at, happening.facts);
  if (!world.holds(opens.where, facts)) return;
  const key = opens.keyPath === null ? '' : (keyText(factAt(facts, opens.keyPath)) ?? '');
  const problemId = definition.id;
  const known = world.state.problems.filter(
    (problem) => problem.problemId === problemId && problem.key === key,
  );
  // What closed it may have been heard of before what opened it.
  if (known.some((problem) => isOpen(problem) || (problem.closedAt !== null && problem.closedAt >= at)))
    return;
  const opened: OpenedProblem = {
    problemId,
    key,
    severity: definition.severity,
    openedAt: at,
    closedAt: null,
    ...(expires === null ? {} : { expiresAt: addDuration(at, expires, world.zone) }),
    ...(happening.revises === null ? {} : { openedBy: happening.revises }),
  };
  world.change({ problems: boundProblems([...world.state.problems, opened]) });
  world.tell(at, { kind: 'problem', problemId, key, what: 'opened', why: happening.name });
  world.count(`problems/${problemId}/opened`);
  world.happen({
    source: `${problemId}:${key}:${at}:opened`,
    name: 'Problem Opened',
    at,
    properties: { id: problemId, key, severity: definition.severity },
  });
};

/** Closes the problems whose time is over. */
export const expireProblems = (world: World, at: number): void => {
  for (const problem of world.state.problems) {
    if (isOpen(problem) && problem.expiresAt !== undefined && problem.expiresAt <= at) {
      close(world, problem, problem.expiresAt, 'expired');
    }
  }
};
