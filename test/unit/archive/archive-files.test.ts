import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createArchiveFiles } from '../../../local/archive/archive-files.ts';

const MIDNIGHT = Date.UTC(2026, 10, 27);

let directory = '';
let now = MIDNIGHT - 1;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wend-archive-'));
  now = MIDNIGHT - 1;
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const fileOf = (day: string): string => join(directory, 'events', `day=${day}`, 'records.jsonl');
const textOf = (day: string): string => readFileSync(fileOf(day), 'utf8');

describe('the files of the archive', () => {
  it('are one a day of the service’s clock', async () => {
    const files = createArchiveFiles(directory, () => now);
    await files.append(Buffer.from('a\n'));
    now = MIDNIGHT;
    await files.append(Buffer.from('b\n'));
    expect([textOf('2026-11-26'), textOf('2026-11-27')]).toEqual(['a\n', 'b\n']);
  });

  it('keep lines whole, however many are added at once', async () => {
    const files = createArchiveFiles(directory, () => now);
    const lines = Array.from({ length: 8 }, (_, index) => `${String(index).repeat(700_000)}\n`);
    await Promise.all(lines.map((line) => files.append(Buffer.from(line))));
    expect(textOf('2026-11-26') === lines.join('')).toBe(true);
  });

  it('go on with a new line where a service was killed in the midst of one', async () => {
    await createArchiveFiles(directory, () => now).append(Buffer.from('whole\n'));
    writeFileSync(fileOf('2026-11-26'), 'whole\nha');
    const files = createArchiveFiles(directory, () => now);
    await files.append(Buffer.from('next\n'));
    await files.append(Buffer.from('last\n'));
    expect(textOf('2026-11-26')).toBe('whole\nha\nnext\nlast\n');
  });

  it('go on after one that could not be written', async () => {
    let isBroken = true;
    const files = createArchiveFiles(directory, () => {
      if (isBroken) throw new Error('forced');
      return now;
    });
    await expect(files.append(Buffer.from('a\n'))).rejects.toThrow('forced');
    isBroken = false;
    await files.append(Buffer.from('b\n'));
    expect(textOf('2026-11-26')).toBe('b\n');
  });
});
