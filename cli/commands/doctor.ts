import * as z from 'zod';
import { type Console, EXIT_REFUSED, grouped, messageOf, printJson } from '../console.ts';
import type { HouseOptions } from '../local-aws.ts';
import { withLaidAside } from '../queues.ts';
import { askService, describeProblem, type ServiceAnswer, type Target, targetOf } from '../service-client.ts';
import { paragraphOf } from './dlq.ts';

export interface DoctorOptions extends HouseOptions {
  readonly json?: boolean;
}

/** What was looked at, and how it is. */
interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed';
  /** What was seen. */
  readonly seen: string;
  /** What to do about it; absent where nothing is wrong. */
  readonly advice?: string;
}

/** A decision that takes longer than this, milliseconds, is felt. */
const SLOW_DECISION_MS = 500;

const healthSchema = z.object({
  status: z.string(),
  version: z.string(),
  catalogVersion: z.number().nullable(),
});

const checkHealth = (answer: ServiceAnswer): readonly Finding[] => {
  const health = healthSchema.safeParse(answer.body);
  if (!health.success) {
    return [
      {
        check: 'service',
        status: 'failed',
        seen: describeProblem(answer),
        advice: 'What answers there is no Wend: look at the address.',
      },
    ];
  }
  const { status, version, catalogVersion } = health.data;
  const service: Finding =
    status === 'ok'
      ? { check: 'service', status: 'ok', seen: `answers, version ${version}` }
      : {
          check: 'service',
          status: 'failed',
          seen: `answers, and can't read its store (version ${version})`,
          advice: 'docs/runbook.md#the-api-answers-with-errors',
        };
  if (catalogVersion === null) return [service];
  const catalog: Finding =
    catalogVersion > 0
      ? { check: 'catalog', status: 'ok', seen: `version ${catalogVersion} is active` }
      : {
          check: 'catalog',
          status: 'failed',
          seen: 'nothing was published: every visitor gets empty placements',
          advice: 'npx wend publish <dir>',
        };
  return [service, catalog];
};

/** A decision for nobody, of which nothing is kept. */
const checkDecision = async (target: Target): Promise<Finding> => {
  const startedAt = performance.now();
  const answer = await askService(target, {
    method: 'POST',
    path: '/v1/decide',
    body: { anonymousId: 'wend-doctor', placements: ['wend.doctor'], options: { dryRun: true } },
  });
  const took = Math.round(performance.now() - startedAt);
  if (answer.status === 401 || answer.status === 403) {
    return {
      check: 'key',
      status: 'failed',
      seen: describeProblem(answer),
      advice:
        'Give a key of this service by --key or WEND_KEY; docs/runbook.md#the-first-key-of-a-deployed-environment',
    };
  }
  if (answer.status !== 200) {
    return {
      check: 'decision',
      status: 'failed',
      seen: describeProblem(answer),
      advice: 'docs/runbook.md#the-api-answers-with-errors',
    };
  }
  const seen = `takes ${took} ms from here`;
  return took < SLOW_DECISION_MS
    ? { check: 'decision', status: 'ok', seen }
    : { check: 'decision', status: 'warning', seen, advice: 'docs/runbook.md#decisions-are-slow' };
};

const checkLaidAside = async (options: HouseOptions, console: Console): Promise<readonly Finding[]> => {
  try {
    const queues = await withLaidAside(options, console, (laidAside) => laidAside.list());
    const filled = queues.filter(({ messages }) => messages > 0);
    if (queues.length > 0 && filled.length === 0) {
      return [{ check: 'laid aside', status: 'ok', seen: `${queues.length} dead-letter queues are empty` }];
    }
    if (queues.length === 0) {
      const seen = `no queues of an environment '${options.environment ?? ''}'`;
      return [{ check: 'laid aside', status: 'failed', seen, advice: 'Look at the account and the Region.' }];
    }
    return filled.map(({ name, messages }) => ({
      check: 'laid aside',
      status: 'failed',
      seen: `${grouped(messages)} in ${name}`,
      advice: paragraphOf(name),
    }));
  } catch (error) {
    return [
      {
        check: 'laid aside',
        status: 'warning',
        seen: messageOf(error),
        advice:
          'For a deployed service name the environment: --environment, with credentials of its account.',
      },
    ];
  }
};

const LABELS = { ok: 'ok', warning: 'WARNING', failed: 'FAILED' } as const;

/** `wend doctor`: whether a service is well, and where to read on where it is not. Exits with 1 where something failed. */
export const doctor = async (options: DoctorOptions, console: Console): Promise<number> => {
  const target = targetOf(options, console, 'sk_local');
  const health = await askService(target, { path: '/health' });
  const findings = [
    ...checkHealth(health),
    await checkDecision(target),
    ...(await checkLaidAside(options, console)),
  ];
  const failed = findings.some(({ status }) => status === 'failed');
  if (options.json === true) printJson(console, { well: !failed, findings });
  else {
    for (const { check, status, seen, advice } of findings) {
      console.out(`${LABELS[status].padEnd(8)} ${check}: ${seen}\n`);
      if (advice !== undefined) console.out(`         ${advice}\n`);
    }
  }
  return failed ? EXIT_REFUSED : 0;
};
