import * as dynamo from '@aws-sdk/client-dynamodb';
import * as z from 'zod';

export { compilePattern } from '../../lib/domain/condition/pattern.ts';
export { compileContent } from '../../lib/domain/template/compile-content.ts';
export { renderContent } from '../../lib/domain/template/render-content.ts';

const schema = z.strictObject({ id: z.string().min(1), n: z.int() });
const compiled = z.compile(schema);

/** Whether a value is as the schema says, and if not, why. */
export const check = (value: unknown): unknown => {
  const result = compiled.safeParse(value);
  return result.success ? result.data : result.error.issues;
};

export const describeSchema = (): unknown => schema.toJSONSchema();

/** What a client of the store makes of an error that the store answers with. */
export const errorOf = async (type: string): Promise<readonly unknown[]> => {
  const client = new dynamo.DynamoDBClient({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: {
      handle: async () => ({
        response: {
          statusCode: 400,
          headers: { 'content-type': 'application/x-amz-json-1.0' },
          body: Buffer.from(
            JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'No.' }),
          ),
        },
      }),
    },
  });
  try {
    return [await client.send(new dynamo.GetItemCommand({ TableName: 't', Key: { pk: { S: 'k' } } }))];
  } catch (error) {
    if (!(error instanceof dynamo.DynamoDBServiceException)) throw error;
    const { name, message, $fault } = error;
    const classes = [dynamo.ConditionalCheckFailedException, dynamo.TransactionCanceledException];
    return [name, message, $fault, classes.map((each) => error instanceof each)];
  }
};
