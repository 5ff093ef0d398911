import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item of a table, or some of its attributes, as the store has it. */
export type Item = Record<string, AttributeValue>;
