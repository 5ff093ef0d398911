import { createHash } from 'node:crypto';
import type { CompiledCatalog } from '../catalog/compiled.ts';
import type { Profile } from '../visitor/profile.ts';
import type { CompleteAnswer } from './answer.ts';
import type { DecisionWarning } from './answer-parts.ts';
import { type DecisionInput, decide } from './decide.ts';
import { projectProfile, projectRequest } from './project-profile.ts';
import type { DecisionRequest } from './request.ts';
import { type ShownSummary, shownIn } from './shown.ts';

/**
 * All that it takes to make a decision again, to the byte: what was asked, what the catalog could read of the
 * visitor, and under which versions. Small (at most 2 KB compressed for a usual request) since every decision
 * writes one.
 */
export interface DecisionRecord {
  readonly decisionId: string;
  /** Milliseconds since 1970. */
  readonly decidedAt: number;
  readonly catalogVersion: number;
  /** Version of the code: another one may decide differently. */
  readonly codeVersion: string;
  readonly request: DecisionRequest;
  readonly profile: Profile;
  readonly unread: boolean;
  readonly pending: readonly string[];
  /** What went wrong before the decision; what went wrong in it comes again with it. */
  readonly warnings: readonly DecisionWarning[];
  /** What was known to be short of offers' limits; absent: nothing. */
  readonly room?: DecisionInput['room'];
  /** What was known of the codes in the cart; absent: it had none. */
  readonly codes?: DecisionInput['codes'];
  /** What it showed, for the visitor's story. */
  readonly shown: ShownSummary;
  /** SHA-256 of the answer's JSON, base64url: what a replay is checked against. */
  readonly answerHash: string;
}

/** Fingerprint of an answer. */
export const hashOfAnswer = (answer: CompleteAnswer): string =>
  createHash('sha256').update(JSON.stringify(answer)).digest('base64url');

/**
 * The record of a decision.
 *
 * @param input - what was decided from
 * @param answer - what came of it
 * @param codeVersion - version of this code
 */
export const recordOf = (
  input: DecisionInput,
  answer: CompleteAnswer,
  codeVersion: string,
): DecisionRecord => ({
  decisionId: input.decisionId,
  decidedAt: input.now,
  catalogVersion: input.catalog.version,
  codeVersion,
  request: projectRequest(input.request, input.profile, input.catalog),
  profile: projectProfile(input.profile, input.request, input.catalog, input.now),
  unread: input.unread,
  pending: answer.pending,
  warnings: input.warnings,
  ...(input.room === undefined ? {} : { room: input.room }),
  ...(input.codes === undefined ? {} : { codes: input.codes }),
  shown: shownIn(answer),
  answerHash: hashOfAnswer(answer),
});

/**
 * Makes a recorded decision again. With the record's own versions of catalog and code the answer is the same to
 * the byte: `hashOfAnswer` of it is the record's `answerHash`.
 *
 * To explain a decision that was made without an explanation, replay it with `request.explain` set.
 *
 * @param catalog - the record's `catalogVersion`
 */
export const replay = (record: DecisionRecord, catalog: CompiledCatalog): CompleteAnswer => {
  const { answer } = decide({
    catalog,
    profile: record.profile,
    request: record.request,
    now: record.decidedAt,
    decisionId: record.decisionId,
    unread: record.unread,
    warnings: record.warnings,
    ...(record.room === undefined ? {} : { room: record.room }),
    ...(record.codes === undefined ? {} : { codes: record.codes }),
  });
  return { ...answer, pending: record.pending };
};
