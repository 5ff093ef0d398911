/** Why the local service can't run, in one sentence for the person who started it; no stack trace is shown. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

/** What a thrown value says: an Error's message, else the value as text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The system's or library's code of an error (`EADDRINUSE`, `ERR_SQLITE_ERROR`), where it has one. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
