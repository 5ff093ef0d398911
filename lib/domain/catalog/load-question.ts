import type { CounterSpec } from '../condition/condition.ts';
import { counterOf } from '../condition/counter.ts';
import { parseWhere } from '../condition/parse.ts';
import { onceFor } from '../once-for.ts';
import { type CompiledContent, compileContent } from '../template/compile-content.ts';
import { type Duration, parseDuration } from '../time/duration.ts';
import type { QuestionDefinition } from './definition.ts';

/** A question, ready to be asked. */
export interface CompiledQuestion {
  readonly definition: QuestionDefinition;
  /** For how long an answer counts; null: for good. */
  readonly again: Duration | null;
  /** Counts its answers. */
  readonly answered: CounterSpec;
  /** What its answers write: `traits.shoeUse`, in order. */
  readonly changes: readonly string[];
  /** `ask`, `answers` and `why`. */
  readonly content: CompiledContent;
}

/** Wend's event of an answer; `properties.questionId` names the question. */
const QUESTION_ANSWERED = 'Question Answered';

/** The counter of a question's answers. */
export const answerCounterOf = ({ id, again }: QuestionDefinition): CounterSpec => {
  const where = parseWhere({ questionId: id });
  return counterOf(QUESTION_ANSWERED, where.ok ? where.condition : null, parseDuration(again ?? ''));
};

const loadQuestion = (definition: QuestionDefinition): CompiledQuestion => {
  const { ask, why, answers, again } = definition;
  const changes = answers.flatMap(({ set }) => [
    ...Object.keys(set?.traits ?? {}).map((trait) => `traits.${trait}`),
    ...Object.keys(set?.preferences ?? {}).map((preference) => `preferences.${preference}`),
  ]);
  return {
    definition,
    again: parseDuration(again ?? ''),
    answered: answerCounterOf(definition),
    changes: [...new Set(changes)],
    content: compileContent({ ask, answers: answers.map(({ id, label }) => ({ id, label })), why }),
  };
};

/** A question made ready on first use. */
export const compiledQuestion = onceFor(loadQuestion);
