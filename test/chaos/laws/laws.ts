import type { Outcome } from '../life-of-a-seed.ts';
import { countersLaw, journeysCountedLaw } from './counted.ts';
import { busLaw, deliveriesLaw, requestsLaw, storyLaw, tasksLaw } from './effects.ts';
import { consentLaw, holdoutLaw, limitLaw, quietLaw, sellLaw } from './promises.ts';
import { dueLaw, eventsLaw, revisionsLaw, seatsLaw } from './states.ts';

/** What must be so however a seed was lived; answers what is not, in sentences. */
export type Law = (outcome: Outcome) => readonly string[];

/** By what they are about. None of them may ever be broken. */
export const LAWS: { readonly [name: string]: Law } = {
  errors: ({ house }) => house.seen.errors,
  events: eventsLaw,
  requests: requestsLaw,
  deliveries: deliveriesLaw,
  bus: busLaw,
  story: storyLaw,
  counters: countersLaw,
  'journeys counted': journeysCountedLaw,
  tasks: tasksLaw,
  holdout: holdoutLaw,
  sell: sellLaw,
  quiet: quietLaw,
  consent: consentLaw,
  limit: limitLaw,
  due: dueLaw,
  revisions: revisionsLaw,
  seats: seatsLaw,
};

/** All that is wrong with how a seed ended, each with the name of its law. */
export const flaws = (outcome: Outcome): readonly string[] =>
  Object.entries(LAWS).flatMap(([name, law]) => law(outcome).map((flaw) => `${name}: ${flaw}`));
