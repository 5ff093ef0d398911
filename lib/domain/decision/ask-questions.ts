import type { QuestionDefinition } from '../catalog/definition.ts';
import { type CompiledQuestion, compiledQuestion } from '../catalog/load-question.ts';
import { isJsonObject, type JsonObject } from '../json.ts';
import { own } from '../own.ts';
import { subtractDuration } from '../time/duration.ts';
import { countSince } from '../visitor/counters.ts';
import type { Profile } from '../visitor/profile.ts';
import type { Render } from './fill-placements.ts';
import type { DecisionRequest } from './request.ts';
import type { Selection } from './select-experiences.ts';
import { forbidsSelling, withholds } from './suppression.ts';

/** A question that a journey asks now. */
interface OpenQuestion {
  readonly question: CompiledQuestion;
  /** When the journey stops asking, milliseconds since 1970; null: with the journey. */
  readonly until: number | null;
}

/** A question is not asked twice: it was answered, or all that its answers would tell is known. */
const isKnown = ({ answered, again, changes }: CompiledQuestion, profile: Profile, now: number): boolean => {
  const since = again === null ? null : subtractDuration(now, again);
  if (countSince(own(profile.counters, answered.id), since) > 0) return true;
  const isSet = (change: string): boolean => {
    const values = change.startsWith('traits.') ? profile.traits : profile.preferences;
    return (own(values, change.slice(change.indexOf('.') + 1)) ?? null) !== null;
  };
  return changes.length > 0 && changes.every(isSet);
};

const isAllowedOn = ({ channels }: QuestionDefinition, channel: string | null): boolean =>
  channels === undefined || (channel !== null && channels.includes(channel));

/** The questions that the visitor's journeys ask on this channel now: what is worth most to know goes first. */
export const openQuestions = (
  { catalog, profile, facts, suppression }: Selection,
  { channel }: Pick<DecisionRequest, 'channel'>,
): readonly OpenQuestion[] => {
  const { journeys } = profile;
  if (journeys.length === 0 || suppression.transactionOnly || suppression.unread) return [];
  const found = new Map<string, OpenQuestion>();
  for (const ask of journeys.flatMap(({ heldOut, asks }) => (heldOut ? [] : asks))) {
    if (ask.until !== null && facts.now >= ask.until) continue;
    if (forbidsSelling(suppression, ask.intent) || withholds(suppression, ask.intent)) continue;
    const definition = catalog.questions.get(ask.questionId);
    if (definition === undefined || !isAllowedOn(definition, channel)) continue;
    const question = compiledQuestion(definition);
    if (isKnown(question, profile, facts.now)) continue;
    found.set(ask.questionId, { question, until: ask.until });
  }
  const value = ({ question }: OpenQuestion): number => question.definition.value ?? 0;
  return [...found]
    .sort(([a, left], [b, right]) => value(right) - value(left) || (a < b ? -1 : 1))
    .map(([, each]) => each);
};

/** `questions` of the answer. One whose text can't be rendered is not asked. */
export const askQuestions = (open: readonly OpenQuestion[], render: Render): readonly JsonObject[] =>
  open.flatMap(({ question: { definition, content, changes } }) => {
    const rendered = content.ok ? render(content.template) : null;
    if (rendered?.ok !== true || !isJsonObject(rendered.content)) return [];
    return [{ questionId: definition.id, ...rendered.content, changes }];
  });
