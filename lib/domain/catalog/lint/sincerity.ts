import { holds } from '../../condition/evaluate.ts';
import type { Definition } from '../definition.ts';
import type { Remark } from '../finding.ts';
import type { LintContext, LintRule } from './context.ts';
import { isAboutProblem } from './recovery.ts';
import { asksNothing, readsFact, type Speech, speechOf } from './speech.ts';

const LEGAL_NAME =
  /(?<![\w.])(?:visitor\.)?traits(?:\.|\[\s*['"])(firstName|first_name|givenName|name|fullName|lastName|last_name|surname|title|salutation|honorific)\b/;
const LIQUID = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
const TITLE = /\b(?:Mr|Mrs|Ms|Miss|Mister|Madam|Sir|Dr|Herr|Frau)\b\.?\s*\{\{/i;

/** `legal-name`: people are called by the name that they use. */
export const legalNames: LintRule = (definition, context) =>
  speechOf(definition, context).flatMap(({ path, text }): readonly Remark[] => {
    const trait = (text.match(LIQUID) ?? []).map((code) => LEGAL_NAME.exec(code)?.[1]).find(Boolean);
    if (trait === undefined && !TITLE.test(text)) return [];
    return [
      {
        code: 'legal-name',
        severity: 'error',
        path,
        message: 'expected visitor.preferredName: people are called by the name they use, without a title',
        evidence: trait === undefined ? { title: true } : { fact: `visitor.traits.${trait}` },
      },
    ];
  });

const APOLOGY = /\b(?:sorry|apologi[sz]e[sd]?|apologi[sz]ing|apolog(?:y|ies)|our fault|make it up to you)\b/i;

/** `apology-without-problem`: an apology needs something to apologise for. */
export const emptyApologies: LintRule = (definition, context) =>
  speechOf(definition, context).flatMap((speech): readonly Remark[] => {
    const [word] = APOLOGY.exec(speech.text) ?? [];
    if (word === undefined || hasProblem(definition, speech, context)) return [];
    return [
      {
        code: 'apology-without-problem',
        severity: 'error',
        path: speech.path,
        message: 'expected a condition on visitor.openProblems, or a journey that a problem starts',
        evidence: { word },
      },
    ];
  });

const hasProblem = (definition: Definition, speech: Speech, context: LintContext): boolean =>
  (definition.kind === 'journey' && isAboutProblem(definition, context)) ||
  (definition.kind === 'offer' && definition.requiresGrant === true) ||
  speech.conditions.some((condition) => readsFact(condition, 'visitor.openProblems', context));

const URGENCY =
  /\b(?:last chance|hurry|act now|limited time|(?:only|just) today|today only|ends (?:soon|today|tonight)|expires (?:soon|today|tonight)|final hours?|final call|while it lasts|almost gone|before it'?s (?:gone|too late)|don'?t miss (?:out|it))\b/i;
const COUNTDOWN = /countdown/i;

/** `fake-urgency`: a countdown needs a real end, of an offer. */
export const fakeUrgency: LintRule = (definition, context) =>
  speechOf(definition, context).flatMap((speech): readonly Remark[] => {
    const [word] = URGENCY.exec(speech.text) ?? [];
    const counts = COUNTDOWN.test(speech.text) || (speech.key !== null && COUNTDOWN.test(speech.key));
    if (word === undefined && !counts) return [];
    const ends = speech.endsByGrant || speech.offers.some((offer) => offer.until !== undefined);
    if (ends) return [];
    return [
      {
        code: 'fake-urgency',
        severity: 'error',
        path: speech.path,
        message:
          speech.offers.length === 0
            ? 'expected an offer whose end this speaks of: it is linked to none'
            : 'expected an end in the offer that this speaks of',
        evidence: { word: word ?? 'countdown', offers: speech.offers.map((offer) => offer.id) },
      },
    ];
  });

const CLAIM =
  /\b(?:just for you|only for you|exclusive(?:ly)?|special(?:ly)? (?:selected|chosen|picked)|hand-?picked|selected for you|chosen for you|picked for you|made for you|personally selected|especially for you)\b/i;

/** A claim to be individual that more than this share of visitors would get is none. */
const LARGEST_SHARE = 0.1;
/** Fewer recent visitors than this say nothing of a share. */
const FEWEST_SAMPLES = 20;

/** `claim-not-individual`: "just for you" is a claim, and a claim is checked. */
export const emptyClaims: LintRule = (definition, context) => {
  // What a journey says, it says to those who did what starts it.
  if (definition.kind === 'journey' && definition.enter.on !== undefined) return [];
  return speechOf(definition, context).flatMap((speech): readonly Remark[] => {
    const [claim] = CLAIM.exec(speech.text) ?? [];
    if (claim === undefined || (definition.kind === 'offer' && definition.requiresGrant === true)) return [];
    if (speech.conditions.every((condition) => asksNothing(condition.root))) {
      return [remarkOnClaim(speech, claim, 'its condition is empty', { claim })];
    }
    const share = shareOf(speech, context);
    if (share === null || share <= LARGEST_SHARE) return [];
    const percent = Math.round(share * 1000) / 10;
    return [remarkOnClaim(speech, claim, `${percent} % of recent visitors would get it`, { claim, share })];
  });
};

const remarkOnClaim = (speech: Speech, claim: string, why: string, evidence: Remark['evidence']): Remark => ({
  code: 'claim-not-individual',
  severity: 'error',
  path: speech.path,
  message: `expected no claim of being individual (${JSON.stringify(claim)}): ${why}`,
  evidence: evidence ?? {},
});

const shareOf = (speech: Speech, context: LintContext): number | null => {
  const { samples } = context;
  if (samples.length < FEWEST_SAMPLES) return null;
  const reached = samples.filter((facts) =>
    speech.conditions.every((condition) => holds(condition, facts, context.segments)),
  );
  return reached.length / samples.length;
};
