import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { WORK } from './ministack.ts';

/**
 * Calls of AWS's own command line in the runbook, held to the models of its services, which that command line is made of
 * and the emulator brings along (botocore).
 */
const RUNBOOK = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** Commands that are no operation of a service. */
const OF_ITS_OWN: ReadonlySet<string> = new Set(['logs tail', 's3 sync', 's3 rm']);

/** What every command takes. */
const GLOBAL: readonly string[] = ['region', 'clibinaryformat', 'output', 'query', 'profile'];

/** `restore-date-time`, `RestoreDateTime`: spelled alike. */
const spelled = (name: string): string => name.replaceAll('-', '').toLowerCase();

const calls = [...RUNBOOK.replaceAll('\\\n', ' ').matchAll(/\baws ([a-z0-9]+) ([a-z-]+)([^`\n|]*)/g)].map(
  ([, service = '', operation = '', rest = '']) => ({
    service,
    operation,
    call: `${service} ${operation}`,
    options: [...rest.matchAll(/\s--(?:no-)?([a-z-]+)/g)].map(([, option = '']) => spelled(option)),
  }),
);

const modelSchema = z.object({
  operations: z.record(z.string(), z.object({ input: z.object({ shape: z.string() }).optional() })),
  shapes: z.record(z.string(), z.object({ members: z.record(z.string(), z.unknown()).optional() })),
});

const library = join(WORK, 'venv', 'lib');

/** What a service takes: the options of each of its operations, spelled alike. */
const operationsOf = (service: string): ReadonlyMap<string, readonly string[]> => {
  const [python = ''] = readdirSync(library);
  // The command line calls some services otherwise than their models.
  const folder = join(
    library,
    python,
    'site-packages',
    'botocore',
    'data',
    service === 'deploy' ? 'codedeploy' : service,
  );
  const newest = readdirSync(folder).sort().at(-1) ?? '';
  const text = gunzipSync(readFileSync(join(folder, newest, 'service-2.json.gz'))).toString('utf8');
  const { operations, shapes } = modelSchema.parse(JSON.parse(text));
  return new Map(
    Object.entries(operations).map(([name, { input }]) => [
      spelled(name),
      Object.keys(shapes[input?.shape ?? '']?.members ?? {}).map(spelled),
    ]),
  );
};

it.each(calls.filter(({ call }) => !OF_ITS_OWN.has(call)))(
  'the runbook calls AWS as it can be called: $call',
  ({ service, operation, options }) => {
    const known = operationsOf(service).get(spelled(operation));
    expect(known).toBeDefined();
    expect(options.filter((option) => ![...GLOBAL, ...(known ?? [])].includes(option))).toEqual([]);
  },
);

it('the runbook calls AWS at all', () => {
  expect(calls.length).toBeGreaterThan(10);
});
