import { own, setOwn } from '../own.ts';
import { compareStamps, isAfter, type Stamp } from '../stamp.ts';
import { bytesOf, compareTexts, mostBytesOf, withinBound } from './bounds.ts';

/** A variant drawn, stamped with its draw. */
export interface Assignment extends Stamp {
  readonly variant: string;
  /** Where an anonymous visitor drew it: when they joined this person, if that was later. */
  readonly joinedAt?: Stamp;
  /** Two histories differed when they were joined: reports leave this person out. */
  readonly disputed?: true;
}

/** By experience id; `$global` is the global holdout. */
export type Assignments = { readonly [experiment: string]: Assignment };

/** Draws kept of one visitor; the newest stay, and one that went is drawn again alike, from the same seed. */
const ASSIGNMENTS_BOUND = { count: 500, bytes: 16_000 };

/** The assignments with one more: what became this person's first stands. */
export const assign = (assignments: Assignments, experiment: string, assignment: Assignment): Assignments => {
  const present = own(assignments, experiment);
  const standing = present === undefined ? assignment : standingOf(present, assignment);
  return standing === present ? assignments : boundAssignments({ ...assignments, [experiment]: standing });
};

/** What an anonymous visitor drew, once they joined a person. */
export const joinAssignment = (assignment: Assignment, joinedAt: Stamp): Assignment =>
  isAfter(joinedAt, sinceOf(assignment))
    ? { ...assignment, joinedAt: { at: joinedAt.at, tie: joinedAt.tie } }
    : assignment;

/**
 * Two people's assignments as one.
 *
 * @param joinedAt - since when what `joined` drew is this person's; null: always (both are known people)
 */
export const mergeAssignments = (
  known: Assignments,
  joined: Assignments,
  joinedAt: Stamp | null,
): Assignments => {
  const merged: { [experiment: string]: Assignment } = { ...known };
  for (const [experiment, drawn] of Object.entries(joined)) {
    const assignment = joinedAt === null ? drawn : joinAssignment(drawn, joinedAt);
    const present = own(merged, experiment);
    setOwn(merged, experiment, present === undefined ? assignment : standingOf(present, assignment));
  }
  return boundAssignments(merged);
};

const sinceOf = (assignment: Assignment): Stamp => assignment.joinedAt ?? assignment;

const standingOf = (a: Assignment, b: Assignment): Assignment => {
  const stands = (compareStamps(sinceOf(a), sinceOf(b)) || compareStamps(a, b)) <= 0 ? a : b;
  const disputed = a.variant !== b.variant || a.disputed === true || b.disputed === true;
  return disputed && stands.disputed !== true ? { ...stands, disputed: true } : stands;
};

const OVERHEAD = 64;

const boundAssignments = (assignments: Assignments): Assignments =>
  withinBound(
    assignments,
    ASSIGNMENTS_BOUND,
    (experiment, { variant, tie, joinedAt }) =>
      OVERHEAD +
      mostBytesOf(experiment) +
      mostBytesOf(variant) +
      mostBytesOf(tie) +
      mostBytesOf(joinedAt?.tie ?? ''),
    (experiment, { variant, tie, joinedAt }) =>
      OVERHEAD + bytesOf(experiment) + bytesOf(variant) + bytesOf(tie) + bytesOf(joinedAt?.tie ?? ''),
    ([idA, a], [idB, b]) => compareStamps(b, a) || compareTexts(idA, idB),
  );
