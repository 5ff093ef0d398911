import { endOfHour, type Guesser } from '../../domain/guess/guess.ts';
import type { Item } from './item.ts';

/** Wrong codes of an hour: of a visitor under their own key, so that they are erased with them. */
export const guessKey = ({ kind, id }: Guesser, hour: number): Item => ({
  pk: { S: kind === 'visitor' ? id : `guesses#${id}` },
  sk: { S: `G#${hour}` },
});

/** When the item may go, seconds since 1970: nobody asks for it once its hour is over. */
export const guessTtl = (hour: number): string => String(endOfHour(hour) / 1000);

/** The different codes that were wrong. */
export const readGuesses = (item: Item | undefined): readonly string[] => item?.g?.SS ?? [];
