import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { bundleFunctions } from '../../infra/bundling.ts';
import { createOpenApiDocument } from '../../lib/contracts/openapi.ts';
import { SERVICE_VERSION } from '../../lib/contracts/version.ts';

const run = promisify(execFile);

const answerSchema = z.object({ statusCode: z.number(), body: z.string() });

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wend-made-'));
  await bundleFunctions(['describe-service'], folder, '3f2a1bc.7');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Asks as API Gateway does, in a Node that knows nothing of the repository. */
const ask = async (path: string): Promise<unknown> => {
  const event = {
    version: '2.0',
    routeKey: `GET ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: {},
    requestContext: { requestId: 'r', routeKey: `GET ${path}`, http: { method: 'GET', path } },
    isBase64Encoded: false,
  };
  const bundle = join(folder, 'describe-service', 'index.js');
  const script = `require(${JSON.stringify(bundle)})
    .handler(${JSON.stringify(event)}, { awsRequestId: 'r' })
    .then((answer) => process.stdout.write(JSON.stringify(answer), () => process.exit()));`;
  const { stdout } = await run(process.execPath, ['-e', script], {
    cwd: tmpdir(),
    env: {
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'a',
      AWS_SECRET_ACCESS_KEY: 's',
      // Nobody is there.
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      WEND_VISITORS_TABLE: 'visitors',
      WEND_LOG_TABLE: 'log',
      WEND_EVENT_BUS: 'bus',
    },
    maxBuffer: 10_000_000,
  });
  // Lambda's log goes the same way; the answer is its last line.
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1));
};

it('the OpenAPI document is in the bundle, though what makes it is not', async () => {
  const { statusCode, body } = answerSchema.parse(await ask('/openapi.json'));
  expect(statusCode).toBe(200);
  expect(JSON.parse(body)).toEqual(createOpenApiDocument(SERVICE_VERSION));
});

it('a bundle says which build it is', async () => {
  const { body } = answerSchema.parse(await ask('/health'));
  expect(JSON.parse(body)).toMatchObject({ version: `${SERVICE_VERSION}+3f2a1bc.7` });
});

it('a build that would be no part of a version is refused', async () => {
  await expect(bundleFunctions(['describe-service'], folder, 'of today')).rejects.toThrow(
    'the build "of today"',
  );
});
