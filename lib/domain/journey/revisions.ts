import { compareBusinessEvents } from '../business/business-event.ts';
import { own } from '../own.ts';
import type { VisitorEvent } from '../visitor/event.ts';
import { revisionKey } from './happening.ts';
import type { World } from './world.ts';

/** Subjects of business events whose newest revision is remembered; the newest stay. */
const MAX_SUBJECTS = 64;

/** Of several events of one type and subject the newest counts; an older one that arrives late changes nothing. */
export const isNewest = (world: World, event: VisitorEvent): boolean => {
  const key = revisionKey(event);
  const known = own(world.state.subjects, key);
  const { at, messageId, sequence = null } = event;
  const revision = { at, sequence, messageId };
  if (known !== undefined && compareBusinessEvents(revision, known) < 0) return false;
  const subjects = Object.entries({ ...world.state.subjects, [key]: revision })
    .sort(([a, { at: atA }], [b, { at: atB }]) => atB - atA || (a < b ? -1 : 1))
    .slice(0, MAX_SUBJECTS);
  world.change({ subjects: Object.fromEntries(subjects) });
  return true;
};
