import { randomBytes } from 'node:crypto';
import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { StoredVisitor } from '../../domain/visitor/visitor-store.ts';
import type { Item } from './item.ts';
import { readVisitor, stateKey } from './visitor-items.ts';

/** Items looked at for one sample: a visitor has several, and some ids only point to a person. */
const MAX_ITEMS = 1000;

/** Some of the visitors, each as likely as another. */
export type VisitorSampler = () => Promise<readonly StoredVisitor[]>;

/**
 * Reads one page from a random place of the visitors table: a scan goes by the hash of the key, so neighbours have
 * nothing to do with each other. At most 1 MB, whatever the table holds.
 */
export const createVisitorSampler =
  (client: DynamoDBClient, table: string): VisitorSampler =>
  async () => {
    const page = async (from: Item | null): Promise<readonly StoredVisitor[]> => {
      const { Items = [] } = await client.send(
        new ScanCommand({
          TableName: table,
          Limit: MAX_ITEMS,
          ...(from === null ? {} : { ExclusiveStartKey: from }),
        }),
      );
      return Items.flatMap((item) => {
        const visitorId = item.pk?.S ?? '';
        const isState = item.sk?.S === stateKey(visitorId).sk?.S;
        return isState ? [readVisitor(visitorId, item, undefined)] : [];
      });
    };
    const somewhere = await page(stateKey(`v${randomBytes(16).toString('base64url')}`));
    // A random place near the end leaves little to read: the beginning is as good a place as any.
    return somewhere.length > 0 ? somewhere : page(null);
  };
