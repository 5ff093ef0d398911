import type { DynamoDBRecord } from 'aws-lambda';

/** A commit of a visitor, as the stream of their table tells it. */
export interface VisitorChange {
  /** What it wants of the world, unchecked; throws where that can't be unpacked. */
  readonly effects: () => unknown;
  /** The record as it came, but for the visitor's state. */
  readonly record: object;
}

/** A port: what a record of the stream brings; null where it brings no effects. */
export type ReadChange = (record: DynamoDBRecord) => VisitorChange | null;
