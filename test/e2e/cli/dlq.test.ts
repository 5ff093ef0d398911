import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataDirectory } from '../../../local/data-directory.ts';
import { type LocalServiceThread, startLocalService } from '../../../local/service-thread.ts';
import { wend } from '../../unit/cli/run.ts';
import { removeTemporaryDirectories, temporaryDirectory } from '../local/helpers.ts';

/** A timer of nobody: whoever takes it finds nothing to do. */
const TIMER = JSON.stringify({ visitorId: 'vAAAAAAAAAAAAAAAAAAAAAA', generation: 1, due: 0 });

/** Notes messages as those that a local service gave up. */
const layAside = async (directory: string, queues: readonly string[]): Promise<void> => {
  const { log, close } = openDataDirectory(directory);
  const insert = log.prepare(
    'INSERT INTO dead_letters (queue, message_id, body, received, sent_at, failed_at, reason) VALUES (?, ?, ?, 10, 0, 0, ?)',
  );
  await log.commit(() => {
    for (const [index, queue] of queues.entries()) insert.run(queue, `m-${index}`, TIMER, 'test');
  });
  close();
};

let service: LocalServiceThread;

beforeAll(async () => {
  const dataDirectory = temporaryDirectory();
  await layAside(dataDirectory, ['timers-due', 'timers-due', 'publish-failed']);
  service = await startLocalService({ catalog: null, dataDirectory });
});

afterAll(async () => {
  await service?.stop();
  removeTemporaryDirectories();
});

const at = (...argv: string[]) => wend(argv, { environment: { WEND_URL: service.url } });

describe('wend, looking after a service', () => {
  it('finds what is wrong with it, and says where to read on', async () => {
    const { code, out } = await at('doctor');
    expect(code).toBe(1);
    expect(out).toMatch(/^ok +service: answers, version /m);
    expect(out).toMatch(/^FAILED +catalog: nothing was published/m);
    expect(out).toMatch(
      /^FAILED +laid aside: 2 in timers-due-failed\n +docs\/runbook\.md#failed-timers-due$/m,
    );
  });

  it('says of a key that it is not known', async () => {
    const { code, out } = await at('doctor', '--key', 'sk_nobody', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      well: false,
      findings: expect.arrayContaining([expect.objectContaining({ check: 'key', status: 'failed' })]),
    });
  });

  it('lists the dead-letter queues that hold something, or all of them', async () => {
    const listed = await at('dlq', 'list');
    expect(listed.code).toBe(1);
    expect(listed.out).toMatch(/timers-due-failed +2 +docs\/runbook\.md#failed-timers-due/);
    expect(listed.out).not.toContain('fan-out-failed');
    expect((await at('dlq', 'list', '--all')).out).toMatch(/fan-out-failed +0/);
  });

  it('puts messages back to where they came from, one to try it and then the others', async () => {
    expect(await at('dlq', 'redrive', 'timers-due-failed', '--limit', '1')).toEqual({
      code: 0,
      out: 'Put 1 of 2 messages of timers-due-failed back into timers-due.\n',
      err: '',
    });
    expect((await at('dlq', 'redrive', 'timers-due-failed')).out).toMatch(/^Put 1 of 1 messages/);
    const left = await at('dlq', 'list', '--json');
    expect(JSON.parse(left.out)).toEqual([{ name: 'publish-failed', messages: 1 }]);
  });

  it('refuses what can not be put back, and says what can be done', async () => {
    expect(await at('dlq', 'redrive', 'nothing-failed')).toMatchObject({ code: 2 });
    const stream = await at('dlq', 'redrive', 'publish-failed');
    expect(stream.code).toBe(2);
    expect(stream.err).toContain('docs/runbook.md#failed-publish');
    expect((await at('dlq', 'redrive', 'timers-due-failed', '--limit', 'all')).code).toBe(2);
  });
});
