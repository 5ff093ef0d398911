import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated-files.ts';

/** `npm run generate`: writes what is generated from the schemas and committed. A test fails where it drifts. */
const repository = fileURLToPath(new URL('..', import.meta.url));

for (const { path, text } of await generatedFiles()) {
  const file = join(repository, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  console.log(`wrote ${path}`);
}
