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

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wend-made-'));
  await bundleFunctions(['describe-service'], folder);
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
    env: { AWS_REGION: 'eu-central-1', WEND_VISITORS_TABLE: 'v', WEND_LOG_TABLE: 'l', WEND_EVENT_BUS: 'b' },
    maxBuffer: 10_000_000,
  });
  // Lambda's log goes the same way; the answer is its last line.
  return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1));
};

it('the OpenAPI document is in the bundle, though what makes it is not', async () => {
  const { statusCode, body } = z
    .object({ statusCode: z.number(), body: z.string() })
    .parse(await ask('/openapi.json'));
  expect(statusCode).toBe(200);
  expect(JSON.parse(body)).toEqual(createOpenApiDocument(SERVICE_VERSION));
});
