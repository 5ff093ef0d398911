import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { countStraightFromTheFile } from './straight-count.ts';

/** Far more than it takes: a build machine may be busy. */
const LIMIT_MS = 240_000;

const counts = z.object({ carts: z.int(), orders: z.int(), revenue: z.int() });
const outcomeSchema = z.object({
  file: counts,
  service: counts,
  deciding: z.object({
    decisions: z.int(),
    shown: z.array(z.object({ placement: z.string(), experienceId: z.string(), count: z.int() })),
    applied: z.array(z.object({ offerId: z.string(), count: z.int(), amount: z.int() })),
  }),
});

let service: LocalServiceThread;
beforeAll(async () => {
  service = await startLocalService();
});
afterAll(async () => {
  await service.stop();
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const runReplay = (url: string): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['cli/demo-replay.ts', '--json', '--url', url]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk) => {
      stderr += String(chunk);
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });

describe('npm run demo:replay', () => {
  it(
    'brings the service to the carts, orders and revenue that the file holds, and decides for every visitor',
    async () => {
      const straight = countStraightFromTheFile();
      expect(straight).toMatchObject({ carts: 118, orders: 214, revenue: 5_944_263 });

      const { code, stdout, stderr } = await runReplay(service.url);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stderr).toContain('REES46');

      const outcome = outcomeSchema.parse(JSON.parse(stdout));
      const { carts, orders, revenue } = straight;
      expect(outcome.file).toEqual({ carts, orders, revenue });
      expect(outcome.service).toEqual({ carts, orders, revenue });
      expect(outcome.deciding.decisions).toBe(straight.visitors);
      const heroes = outcome.deciding.shown.filter(({ placement }) => placement === 'home.hero');
      expect(heroes.reduce((sum, { count }) => sum + count, 0)).toBe(straight.visitors);
      expect(outcome.deciding.applied.length).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  it('says how to start a service where none answers', async () => {
    const { code, stdout, stderr } = await runReplay('http://127.0.0.1:9');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('No service answers at http://127.0.0.1:9');
    expect(stderr).toContain('`npm start` starts one');
  });
});
