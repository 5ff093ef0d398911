import { isServiceFirst } from '../../../lib/domain/visitor/profile.ts';
import type { VisitorState } from '../../../lib/domain/visitor/state.ts';
import { DAY } from '../../unit/journey/life.ts';
import type { Outcome } from '../life-of-a-seed.ts';
import { SELLING, SELLING_GRANTS } from '../scenario.ts';
import type { Commit } from '../seen.ts';
import { wanted } from './effects.ts';
import type { Law } from './laws.ts';
import { peopleOf } from './people.ts';

const isHeldOut = ({ assignments }: VisitorState, journeyId: string): boolean =>
  assignments[`$holdout.${journeyId}`]?.variant === 'in';

/** Whether a commit may have brought somebody a message, a grant, or another's past. */
const mayGive = ({ effects }: Commit): boolean =>
  effects.some(
    (effect) =>
      effect.kind === 'delivery' ||
      (effect.kind === 'timeline' && (effect.entry.kind === 'grant' || effect.entry.kind === 'identity')),
  );

/** Commits that may have given somebody something, with the state that was written with it. */
const givingCommits = ({ house }: Outcome): readonly (Commit & { readonly written: VisitorState })[] =>
  house.seen.commits.filter(mayGive).flatMap((commit) => {
    const written = commit.state();
    return written === null ? [] : [{ ...commit, written }];
  });

/** Nobody of whom it is known that they are in a holdout is sent, granted, shown or asked anything by its journey. */
export const holdoutLaw: Law = (outcome) => {
  const known = new Set<string>();
  const given = givingCommits(outcome).flatMap(({ written, effects }) => [
    ...effects.flatMap((effect) =>
      effect.kind === 'delivery' && isHeldOut(written, effect.message.journeyId)
        ? [`${effect.message.journeyId} was withheld, and said ${effect.message.stepId}`]
        : [],
    ),
    ...written.grants.flatMap(({ grantId, journeyId, stepId, status }) => {
      const isNew = !known.has(grantId);
      known.add(grantId);
      return isNew && status === 'held' && isHeldOut(written, journeyId)
        ? [`${journeyId} was withheld, and granted ${stepId}`]
        : [];
    }),
  ]);
  const running = peopleOf(outcome).flatMap(({ visitor: { state } }) =>
    state.journeys.instances.flatMap(({ journeyId, heldOut }) =>
      !heldOut && isHeldOut(state, journeyId) ? [`${journeyId} is withheld, and runs`] : [],
    ),
  );
  return [...given, ...running];
};

/** Nothing sells that is written with an open problem, at the moment of the commit or when it is said to be. */
export const sellLaw: Law = (outcome) => {
  const known = new Set<string>();
  return givingCommits(outcome).flatMap(({ written, effects, at }) => [
    ...effects.flatMap((effect) => {
      if (effect.kind !== 'delivery') return [];
      const { journeyId, stepId, at: sentAt } = effect.message;
      if (!SELLING.has(`${journeyId}.${stepId}`)) return [];
      return isServiceFirst(written, at) || wasServiceFirst(written, Date.parse(sentAt))
        ? [`${journeyId}.${stepId} sold during a problem`]
        : [];
    }),
    ...written.grants.flatMap(({ grantId, journeyId, stepId, grantedAt }) => {
      if (known.has(grantId)) return [];
      known.add(grantId);
      return SELLING_GRANTS.has(`${journeyId}.${stepId}`) && wasServiceFirst(written, grantedAt)
        ? [`${journeyId}.${stepId} was granted during a problem`]
        : [];
    }),
  ]);
};

/** Whether a problem that has been closed since was open at a moment, too. */
const wasServiceFirst = ({ problems }: VisitorState, at: number): boolean =>
  problems.some(
    ({ severity, openedAt, closedAt }) =>
      severity !== 'low' && openedAt < at && (closedAt === null || closedAt > at),
  );

const AMSTERDAM = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/Amsterdam',
  hour: '2-digit',
  hourCycle: 'h23',
});

/** The one message that is urgent. */
const URGENT = 'sorry';

const isNight = (at: number): boolean => {
  const hour = Number(AMSTERDAM.format(at));
  return hour >= 21 || hour < 8;
};

/** Nobody is disturbed at night: neither when it is said to be, nor when it is asked for. */
export const quietLaw: Law = (outcome) =>
  wanted(outcome, 'delivery').flatMap(({ at, effect: { message } }) =>
    message.journeyId !== URGENT && (isNight(Date.parse(message.at)) || isNight(at))
      ? [`${message.stepId} of ${message.at} was asked for at ${new Date(at).toISOString()}`]
      : [],
  );

/** Nobody is sent what they have refused, as far as is known when it is asked for. */
export const consentLaw: Law = (outcome) =>
  wanted(outcome, 'delivery').flatMap(({ effect: { message }, state }) => {
    const { channel, topic } = message;
    const refused = ['messages', channel, topic, `${channel}:${topic}`].filter(
      (purpose) => state()?.consents[purpose]?.value === false,
    );
    return refused.length > 0 ? [`${message.stepId} was sent against ${refused.join(', ')}`] : [];
  });

/** Nobody gets more than three messages a day, as far as is known when one is asked for. */
export const limitLaw: Law = (outcome) =>
  wanted(outcome, 'delivery').flatMap(({ effect: { message }, state }) => {
    const at = Date.parse(message.at);
    const recent = state()?.messages.filter((time) => time > at - DAY && time <= at) ?? [];
    return message.journeyId !== URGENT && recent.length > 3
      ? [`${message.stepId} was the ${recent.length}th message of a day`]
      : [];
  });
