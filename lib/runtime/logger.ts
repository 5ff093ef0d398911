import { Logger as PowertoolsLogger } from '@aws-lambda-powertools/logger';

/**
 * All that a log line may carry. The list is closed on purpose: bodies, keys, traits and the ids of people have
 * no field to be put in.
 */
export interface LogFields {
  readonly requestId?: string;
  readonly traceId?: string;
  readonly operation?: string;
  readonly status?: number;
  readonly durationMilliseconds?: number;
  readonly count?: number;
  readonly attempt?: number;
  readonly catalogVersion?: number;
  readonly keyId?: string;
  readonly reason?: string;
}

/** What functions log with. `error` is described by its name, its cause's name and its stack's frames only. */
export interface Logger {
  readonly debug: (message: string, fields?: LogFields) => void;
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields, error?: unknown) => void;
  readonly error: (message: string, fields?: LogFields, error?: unknown) => void;
}

/**
 * An error without its message: messages quote what they stumbled over, which may be a person's data. The frames
 * of the stack say where.
 */
export const describeError = (error: unknown): { readonly [field: string]: unknown } => {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const cause = error.cause instanceof Error ? { causeName: error.cause.name } : {};
  return { errorName: error.name, ...cause, stack: frames.map((line) => line.trim()) };
};

/** A logger that writes one JSON object a line; its level comes from `POWERTOOLS_LOG_LEVEL` (default INFO). */
export const createLogger = (serviceName: string): Logger => {
  const logger = new PowertoolsLogger({ serviceName });
  const described = (fields: LogFields | undefined, error: unknown) =>
    error === undefined ? { ...fields } : { ...fields, ...describeError(error) };
  return {
    debug: (message, fields) => logger.debug(message, { ...fields }),
    info: (message, fields) => logger.info(message, { ...fields }),
    warn: (message, fields, error) => logger.warn(message, described(fields, error)),
    error: (message, fields, error) => logger.error(message, described(fields, error)),
  };
};
