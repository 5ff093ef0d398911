import { type DecisionInput, decide } from './decide.ts';

/** Decides, and where more codes turn out wrong than anybody may guess, again: as if none of them were known. */
export const decideGuarded = (
  input: DecisionInput,
  isGuarded: (wrongCodes: readonly string[]) => boolean | undefined,
) => {
  const decision = decide(input);
  const { codes } = input;
  if (codes?.standing !== 'open' || isGuarded(decision.wrongCodes) !== true) return { ...decision, input };
  const guarded: DecisionInput = { ...input, codes: { ...codes, standing: 'guarded' } };
  return { ...decide(guarded), input: guarded, wrongCodes: decision.wrongCodes };
};
