import type { AskStep, ShowStep } from '../catalog/journey-definition.ts';
import type { ActiveAsk, ActiveShow } from './instance.ts';
import { after, next, type Outcome, type Standing } from './standing.ts';

/** Active shows of one instance; the oldest go. */
const MAX_SHOWS = 20;

/** Shows content from now on; it takes the place of an earlier show of the instance in the same placement. */
export const runShow = (standing: Standing, { id, show }: ShowStep): Outcome => {
  const { instance, journey, at } = standing;
  const placements = typeof show.placement === 'string' ? [show.placement] : show.placement;
  const earlier = instance.shows.flatMap((other): readonly ActiveShow[] => {
    const left = other.placements.filter((placement) => !placements.includes(placement));
    const isOver = left.length === 0 || (other.until !== null && other.until <= at);
    return isOver ? [] : [{ ...other, placements: left }];
  });
  const active: ActiveShow = {
    stepId: id,
    placements,
    intent: show.intent ?? (instance.sells ? 'sell' : 'serve'),
    priority: show.priority ?? journey.priority,
    until: after(standing, show.for),
    variant: instance.variant,
  };
  return next(standing, { ...instance, shows: [...earlier, active].slice(-MAX_SHOWS) });
};

/** Asks a question from now on, wherever a channel can. */
export const runAsk = (standing: Standing, { id, ask }: AskStep): Outcome => {
  const { instance } = standing;
  const asked: ActiveAsk = {
    stepId: id,
    questionId: ask.question,
    intent: ask.intent ?? (instance.sells ? 'sell' : 'serve'),
    until: after(standing, ask.for),
  };
  return next(standing, {
    ...instance,
    asks: [...instance.asks.filter(({ stepId }) => stepId !== id), asked],
  });
};
