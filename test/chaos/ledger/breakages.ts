import type { TransactWriteItem, Update } from '@aws-sdk/client-dynamodb';
import type { Redemption } from '../../../lib/domain/redemption/redemption.ts';
import type { RedemptionStore } from '../../../lib/domain/redemption/redemption-store.ts';
import type { Breakage } from './shop.ts';

/** A ledger that does something wrong, and the law that it breaks. */
export interface LedgerBreakage extends Breakage {
  readonly law: string;
}

/** A ledger whose store does not do what it is told. */
const storing = (
  law: string,
  change: (store: RedemptionStore) => Partial<RedemptionStore>,
): LedgerBreakage => ({ law, parts: ({ store }) => ({ store: { ...store, ...change(store) } }) });

/** A ledger whose actions on its counts are not what they should be. */
const updating = (law: string, change: (update: Update) => Partial<Update>): LedgerBreakage => ({
  law,
  action: (action): TransactWriteItem =>
    action.Update === undefined ? action : { Update: { ...action.Update, ...change(action.Update) } },
});

/** A ledger that reads orders which are not so. */
const reading = (law: string, change: (redemption: Redemption) => Redemption): LedgerBreakage =>
  storing(law, ({ read }) => ({
    read: async (orderId) => {
      const stored = await read(orderId);
      return stored === null ? null : { ...stored, redemption: change(stored.redemption) };
    },
  }));

/** A ledger that thinks that one more of each cap is used than is. */
const keepingBack = (law: string): LedgerBreakage =>
  storing(law, ({ readCap }) => ({
    readCap: async (capId) =>
      (await readCap(capId)).map((part) => (part.part === 0 ? { ...part, used: part.used + 1 } : part)),
  }));

/** What could be wrong with the ledger, in a sentence each. */
export const LEDGER_BREAKAGES: { readonly [sentence: string]: LedgerBreakage } = {
  'a race that was lost is taken for won': storing('answered', ({ write }) => ({
    write: async (move) => {
      await write(move);
      return 'written';
    },
  })),
  'whoever finds another at the same order takes all the same': {
    law: 'books',
    action: (action) =>
      action.Put?.Item?.pk?.S?.startsWith('order#') === true
        ? { Put: { TableName: action.Put.TableName, Item: action.Put.Item } }
        : action,
  },
  'nobody asks whether there is some left': updating('cap', ({ UpdateExpression = '' }) =>
    UpdateExpression.includes('l - :amount') ? { ConditionExpression: 'm = :limit' } : {},
  ),
  'what is given back is given to nobody': updating('books', ({ UpdateExpression = '' }) =>
    UpdateExpression.includes('l + :amount') ? { UpdateExpression: 'SET u = u - :amount, v = v + :one' } : {},
  ),
  'a cap that gets another limit forgets what was used of it': storing('books', ({ reshape }) => ({
    reshape: (cap, before, after) =>
      reshape(
        cap,
        before,
        after.map((part) => ({ ...part, used: 0 })),
      ),
  })),
  'a paid order is released like one that nobody paid': reading('settled', (redemption) =>
    redemption.status === 'committed' ? { ...redemption, status: 'held' } : redemption,
  ),
  "a person's other ids are nobody's": storing('person', ({ readPerson }) => ({
    readPerson: async (visitorIds, offerId) =>
      (await readPerson(visitorIds, offerId)).map((line, index) =>
        index === 0 ? line : { ...line, used: 0 },
      ),
  })),
  'a cap is used up where one of its parts is': storing('room', ({ readCap }) => ({
    readCap: async (capId) => {
      const parts = await readCap(capId);
      const most = Math.max(...parts.map(({ left }) => left));
      return parts.map((part) => ({
        ...part,
        used: part.used + part.left - (part.left === most ? most : 0),
      }));
    },
  })),
  'an order that expired goes on to hold': storing('settled', ({ write }) => ({
    write: (move) =>
      write(move.after.status === 'expired' ? { ...move, after: { ...move.after, status: 'held' } } : move),
  })),
  "a release that was lost is nobody's business": {
    law: 'settled',
    parts: ({ queues }) => ({
      sweeps: false,
      queues: { send: async (queue, messages) => queues.send(queue, messages, 400 * 24 * 60 * 60) },
    }),
  },
  'what is owed is noted as told before it is': storing('told', ({ write }) => ({
    write: (move) => write({ ...move, after: { ...move.after, owed: [] } }),
  })),
  'the last of a cap is kept back': keepingBack('all'),
  'whoever races for the last does not get it': keepingBack('exactly'),
};
