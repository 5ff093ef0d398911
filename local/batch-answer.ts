import * as z from 'zod';

const answerSchema = z.union([
  z.undefined(),
  z.null(),
  z.object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().nullish() })).nullish(),
  }),
]);

/**
 * Which items of a batch a function's answer declares failed. As Lambda does, an answer that can't be understood, or
 * that names an item which isn't in the batch, fails the whole batch.
 */
export const failuresIn = (answer: unknown, identifiers: readonly string[]): ReadonlySet<string> => {
  const parsed = answerSchema.safeParse(answer);
  const all = new Set(identifiers);
  if (!parsed.success) {
    return all;
  }
  const named = (parsed.data?.batchItemFailures ?? []).map((failure) => failure.itemIdentifier ?? '');
  return named.every((id) => all.has(id)) ? new Set(named) : all;
};
