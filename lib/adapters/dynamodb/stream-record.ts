import type { DynamoDBRecord } from 'aws-lambda';
import type { ReadChange } from '../../contracts/visitor-change.ts';
import { unpack } from './blob.ts';

/**
 * Reads a record of the visitors table's stream, as Lambda hands it over: binary attributes are base64. Items without
 * effects (orders, marks, links, accounts, and states whose commit wanted nothing) bring nothing; nor does a deletion.
 */
export const readChange: ReadChange = (record: DynamoDBRecord) => {
  const packed = record.eventName === 'REMOVE' ? undefined : record.dynamodb?.NewImage?.e;
  if (packed === undefined) return null;
  return {
    effects: () => unpack(Buffer.from(packed.B ?? '', 'base64')),
    record: withoutState(record),
  };
};

/** What is laid aside waits for a person to look at it: the state and its key stay where they belong, in the table. */
const withoutState = ({ dynamodb, ...record }: DynamoDBRecord): object => {
  const { s: _, k: __, ...image } = dynamodb?.NewImage ?? {};
  return { ...record, dynamodb: { ...dynamodb, NewImage: image } };
};
