import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { PK, percentOff, serviceForFile } from '../../contract/client.ts';
import { directoryWith, removeDirectories, wend } from '../../unit/cli/run.ts';

const service = serviceForFile([
  percentOff('welcome', 10, { apply: 'code', codes: { prefix: 'W-', count: 100_000 } }),
]);
const directory = directoryWith({});
afterAll(removeDirectories);

const generate = (name: string, argv: readonly string[] = [], isTerminal = false) =>
  wend(['codes', 'generate', 'welcome', '--out', join(directory, name), ...argv], {
    environment: { WEND_URL: service.url() },
    isTerminal,
  });
const textOf = (name: string): string => readFileSync(join(directory, name), 'utf8');

describe('wend codes generate', () => {
  it('writes a hundred thousand different codes, one a line, with a bar where somebody watches', async () => {
    const { code, out, err } = await generate('all.txt', ['--count', '100000'], true);
    expect({ code, out }).toEqual({
      code: 0,
      out: `${join(directory, 'all.txt')}: 100,000 codes of welcome\n`,
    });
    expect(err).toContain('█');
    const codes = textOf('all.txt').split('\n').slice(0, -1);
    expect(new Set(codes).size).toBe(100_000);
    const [first = '', last = ''] = [codes[0], codes.at(-1)];
    for (const one of [first, last]) {
      const cart = {
        currency: 'EUR',
        lines: [{ id: 'l', sku: 'S', quantity: 1, unitPrice: 1000 }],
        codes: [one],
      };
      const decided = await service.decide({ anonymousId: one, cart }, { key: PK });
      expect(decided.cart?.applied).toMatchObject([{ offerId: 'welcome', code: one }]);
    }
  }, 60_000);

  it('goes on where it was stopped, in the middle of a line too', async () => {
    await generate('some.txt', ['--count', '7']);
    const seven = textOf('some.txt');
    appendFileSync(join(directory, 'some.txt'), 'W-AB');
    const { out, err } = await generate('some.txt', ['--count', '12']);
    expect(out).toContain('12 codes of welcome, 7 of them from before');
    expect(err).toBe('');
    expect(textOf('some.txt').startsWith(seven)).toBe(true);
    await generate('whole.txt', ['--count', '12']);
    expect(textOf('some.txt')).toBe(textOf('whole.txt'));
    await generate('some.txt', ['--count', '3']);
    expect(textOf('some.txt')).toBe(textOf('whole.txt'));
    await generate('rest.txt', ['--from', '10', '--count', '2']);
    expect(textOf('whole.txt').endsWith(textOf('rest.txt'))).toBe(true);
  });

  it('leaves a file alone that holds anything else', async () => {
    writeFileSync(join(directory, 'notes.txt'), 'my notes\n');
    expect(await generate('notes.txt', ['--count', '5'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('give --out another name'),
    });
    expect(textOf('notes.txt')).toBe('my notes\n');
  });

  it('says what it can not do', async () => {
    expect((await generate('x.txt', ['--count', '100001'])).err).toBe(
      'The offer welcome has 100,000 codes: raise its codes.count and publish it, or ask for fewer.\n',
    );
    expect((await generate('x.txt', ['--count', 'many'])).code).toBe(2);
    expect((await generate('x.txt', ['--key', 'sk_local'])).err).toMatch(/^403/);
    expect((await generate('none/x.txt', ['--count', '1'])).err).toContain("can't be written");
    expect((await wend(['codes', 'generate', 'welcome'])).code).toBe(2);
    const nobody = ['codes', 'generate', 'nobody', '--out', join(directory, 'x.txt'), '--url', service.url()];
    expect((await wend(nobody)).err).toMatch(/^404/);
  });
});
