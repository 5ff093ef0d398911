import { compileCatalog } from '../../lib/domain/catalog/compile.ts';
import { place, printFindings, readCatalogOrFail, summarise } from '../catalog-report.ts';
import { type Console, EXIT_REFUSED, printJson } from '../console.ts';

/** `wend validate`: what publishing this catalog would say, without a service. */
export const validate = async (
  location: string,
  { json = false }: { readonly json?: boolean },
  console: Console,
): Promise<number> => {
  const files = await readCatalogOrFail(location, console, json);
  const { definitions } = files;
  const findings = place(
    compileCatalog(definitions, { version: 1, publishedAt: 0 }).findings,
    files,
    location,
  );
  const valid = findings.every(({ severity }) => severity !== 'error');
  if (json) printJson(console, { valid, definitions: definitions.length, findings });
  else {
    printFindings(console, findings);
    console.out(`${summarise(definitions.length, findings)}\n`);
  }
  return valid ? 0 : EXIT_REFUSED;
};
