import { createHash } from 'node:crypto';
import type { CountEffect } from '../../domain/effect/effect.ts';
import type { CountsOfCommit } from '../../domain/report/counters.ts';
import type { Item } from './item.ts';

/** For how long it is known that a commit was counted: twice as long as a dead-letter queue keeps it. */
const MARK_LIFE_MS = 30 * 24 * 60 * 60_000;

const PARTITION_PREFIX = 'counter#';
const SORT_PREFIX = 'N';

/** A counter's name is cut after its second segment: what is counted of one journey lies, and is read, together. */
export const counterKey = (counter: string): Item => {
  const segments = counter.split('/');
  return {
    pk: { S: PARTITION_PREFIX + segments.slice(0, 2).join('/') },
    sk: { S: [SORT_PREFIX, ...segments.slice(2)].join('/') },
  };
};

/** The whole name of a counter. */
export const counterOf = (item: Item): string =>
  (item.pk?.S ?? '').slice(PARTITION_PREFIX.length) + (item.sk?.S ?? '').slice(SORT_PREFIX.length);

/**
 * Says, under the visitor, that a commit was counted. Each commit has a mark of its own: its messages come in any order,
 * so that a later one counted says nothing of an earlier one. A visitor who was forgotten begins again with version 1:
 * the time tells the two apart.
 */
export const countedMark = (
  { visitorId, version, at }: CountsOfCommit,
  counts: readonly CountEffect[],
): Item => {
  const what = createHash('sha256').update(JSON.stringify(counts)).digest('base64url').slice(0, 12);
  return {
    pk: { S: visitorId },
    sk: { S: `C#${version}#${at}#${what}` },
    ttl: { N: String(Math.ceil((at + MARK_LIFE_MS) / 1000)) },
  };
};
