import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolPath, WORK } from './ministack.ts';
import { run, tailOf } from './run.ts';

/** Rules of cfn-lint that are not asked, and why. */
const NOT_ASKED: readonly { readonly rule: string; readonly since: string }[] = [
  {
    rule: 'W3005',
    since:
      'CDK says that a function depends on its role and its policy, by their order and by a reference: the order that comes of it is the same',
  },
  { rule: 'I1022', since: 'CDK joins texts where people would rather read Fn::Sub' },
];

const WRITER = fileURLToPath(new URL('./write-templates.ts', import.meta.url));

/** Something was found. */
const FOUND_BITS = 1 | 2 | 4 | 8;

/**
 * Has cfn-lint look at the templates of every environment, by the resource schemas of CloudFormation itself.
 *
 * @returns what it finds, a line each; empty: nothing
 * @throws Error where templates can't be made, or it does not run
 */
export const lint = async (): Promise<string> => {
  const folder = join(WORK, 'templates');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const written = await run(process.execPath, [WRITER, folder], { timeout: 180_000 });
  if (written.code !== 0) throw new Error(`templates are not written:\n${tailOf(written)}`);
  const templates = (await readdir(folder)).map((name) => join(folder, name));
  const ran = await run(
    toolPath('cfn-lint'),
    [
      '--format',
      'parseable',
      '--include-checks',
      'I',
      '--ignore-checks',
      ...NOT_ASKED.map(({ rule }) => rule),
      '--',
      ...templates,
    ],
    { timeout: 240_000 },
  );
  if (ran.code === null || (ran.code & ~FOUND_BITS) !== 0) throw new Error(`cfn-lint fails:\n${tailOf(ran)}`);
  return ran.output.trim();
};
