/** A house construct was asked for without saying what its failure means. */
export class ImpactMissing extends Error {
  override readonly name = 'ImpactMissing';
}

/** Lambda keeps 256 characters of a description, and the impact is told there. */
const LONGEST = 256;

/**
 * Checks the sentence that every house construct demands: what a customer notices while it fails. Whoever cannot
 * write it does not know yet why the thing is being built; whoever is woken at three in the morning reads it first.
 *
 * @param id - the construct's id, for the message
 * @param impact - one sentence of at least four words that ends with a full stop
 * @returns the sentence
 * @throws {@link ImpactMissing}
 */
export const requireImpact = (id: string, impact: string): string => {
  const sentence = impact.trim();
  if (!sentence.endsWith('.') || sentence.split(/\s+/).length < 4 || sentence.length > LONGEST) {
    throw new ImpactMissing(
      `${id}: say in one sentence of at most ${LONGEST} characters what a customer notices while it fails`,
    );
  }
  return sentence;
};
