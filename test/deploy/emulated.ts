import { ListQueuesCommand, SetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';

const environmentSchema = z.object({
  WEND_TEST_ENDPOINT: z.url(),
  WEND_TEST_ASSEMBLY: z.string().min(1),
  WEND_TEST_IDENTITY_SECRET: z.string().min(1),
});

export interface Emulated {
  readonly endpoint: string;
  /** The cloud assembly that was deployed first. */
  readonly assembly: string;
  /** ARN of the secret that the shop signs identity tokens with. */
  readonly identitySecret: string;
}

/** The emulator that the tests started, and what was deployed to it. */
export const emulated = (): Emulated => {
  const environment = environmentSchema.parse(process.env);
  return {
    endpoint: environment.WEND_TEST_ENDPOINT,
    assembly: environment.WEND_TEST_ASSEMBLY,
    identitySecret: environment.WEND_TEST_IDENTITY_SECRET,
  };
};

/** The value of a secret, as the shop reads it from Secrets Manager. The emulator asks for no signature. */
export const secretValue = async (id: string): Promise<string> => {
  const answer = await fetch(emulated().endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'secretsmanager.GetSecretValue',
    },
    body: JSON.stringify({ SecretId: id }),
  });
  return z.object({ SecretString: z.string() }).parse(await answer.json()).SecretString;
};

/** Lets messages that a function took and did not finish come back after so many seconds. */
export const comesBackAfter = async (seconds: number): Promise<void> => {
  const sqs = new SQSClient({});
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  for (const QueueUrl of QueueUrls) {
    const Attributes = { VisibilityTimeout: String(seconds) };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }
};
