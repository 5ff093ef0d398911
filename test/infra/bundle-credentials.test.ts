import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundling.ts';

/** GET /health as API Gateway hands it to a function. */
const HEALTH = {
  version: '2.0',
  routeKey: 'GET /health',
  rawPath: '/health',
  rawQueryString: '',
  headers: {},
  requestContext: {
    http: { method: 'GET', path: '/health', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
    requestId: 'request-1',
    stage: '$default',
    timeEpoch: 0,
  },
  isBase64Encoded: false,
};

const seen: IncomingHttpHeaders[] = [];
let store: Server;
let folder = '';
let endpoint = '';
let bundle = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wend-bundles-'));
  bundle = join(
    (await bundleFunctions(['describe-service'], folder)).get('describe-service') ?? '',
    'index.js',
  );
  store = createServer((request, response) => {
    seen.push(request.headers);
    response.setHeader('content-type', 'application/x-amz-json-1.0');
    response.end('{"Responses":{},"UnprocessedKeys":{}}');
  });
  await new Promise<void>((resolve) => store.listen(0, '127.0.0.1', resolve));
  const address = store.address();
  endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
});

afterAll(async () => {
  store.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the handler of the bundle in a process that has nothing but what Lambda sets. */
const answerOf = (event: object): Promise<string> =>
  new Promise((resolve, reject) => {
    const script = `require(${JSON.stringify(bundle)}).handler(${JSON.stringify(event)}, {})
      .then((answer) => { process.stdout.write(JSON.stringify(answer), () => process.exit()); })`;
    const child = spawn(process.execPath, ['-e', script], {
      cwd: tmpdir(),
      env: {
        AWS_REGION: 'eu-central-1',
        AWS_ACCESS_KEY_ID: 'AKIDOFLAMBDA',
        AWS_SECRET_ACCESS_KEY: 'secret-of-lambda',
        AWS_SESSION_TOKEN: 'token-of-lambda',
        AWS_ENDPOINT_URL_DYNAMODB: endpoint,
        POWERTOOLS_LOG_LEVEL: 'SILENT',
        WEND_VISITORS_TABLE: 'visitors',
        WEND_LOG_TABLE: 'log',
        WEND_EVENT_BUS: 'bus',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let problem = '';
    child.stdout.on('data', (chunk) => {
      output += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      problem += String(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new Error(problem))));
  });

describe('a bundle', () => {
  it('signs its requests to the store with the credentials that Lambda puts in its environment', async () => {
    const answer: unknown = JSON.parse(await answerOf(HEALTH));
    expect(answer).toMatchObject({ statusCode: 200 });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDOFLAMBDA\/\d{8}\/eu-central-1\/dynamodb\//,
    );
    expect(seen[0]?.['x-amz-security-token']).toBe('token-of-lambda');
  });
});
