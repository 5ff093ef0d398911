import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Bytes of an item as DynamoDB counts them, of the types that the visitors table has. */
export const itemBytes = (item: Readonly<Record<string, AttributeValue>>): number =>
  Object.entries(item).reduce((bytes, [name, value]) => bytes + name.length + valueBytes(value), 0);

const valueBytes = (value: AttributeValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.B !== undefined) return value.B.byteLength;
  // Two digits a byte, and one for the sign and the point.
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  throw new Error('a type that the visitors table does not have');
};
