import { advance } from '../../lib/domain/journey/advance.ts';
import type { StoredVisitor } from '../../lib/domain/visitor/visitor-store.ts';
import type { House } from './house.ts';

/** A visitor as they are now, by a copy that is advanced as decide does; what was read must stay as it is. */
export const asOfNow = (house: House, stored: Extract<StoredVisitor, { kind: 'visitor' }>) => {
  const { visitor, visitorId, version } = stored;
  return advance(visitor, [], {
    catalog: house.catalog,
    countersByEvent: house.catalog.countersByEvent,
    visitorId,
    seed: visitorId,
    now: house.now,
    version: version + 1,
    timer: null,
    isUntold: true,
  });
};

/** Somebody decides for a visitor in between: it changes nothing, neither there nor in what was read. */
export const look = (house: House, visitorId: string): void => {
  void house.run('decide', async ({ visitors, decide }) => {
    const stored = (await visitors.read([visitorId])).get(visitorId);
    if (stored?.kind !== 'visitor') return;
    const before = JSON.stringify(stored.visitor);
    decide(house, stored);
    if (JSON.stringify(stored.visitor) !== before) house.seen.errors.push('a decision changed a visitor');
  });
};
