import { createLogger } from '@gavel/observability/logger';
import { ReadOnlyDatabaseError } from '@gavel/postgres/require-writable';
import { TimeoutError, withTimeout } from '@gavel/resilience';

/** A condition of readiness. Returns, possibly with details to show, when it is met, and throws when it is not. */
export type Check = () => Promise<unknown> | unknown;

/** The public description of a failing check, because anybody can call /readyz. The error, with hosts and roles, is only in the log. */
export type HealthProblem = 'does not answer' | 'cannot be reached' | 'is read-only' | 'fails';

export interface HealthReport {
  status: 'ok' | 'unavailable';
  checks: Record<string, { ok: boolean; detail?: unknown; problem?: HealthProblem }>;
}

/**
 * Whether this process can do its work now. `/healthz` answers 200 as long as the process serves requests at all. `/readyz` answers
 * 200 while all checks succeed, and otherwise 503 with the failing ones. The first failure of a check is logged with its
 * error, and so is its recovery; the calls in between are not.
 */
export interface Health {
  check(name: string, check: Check): void;
  report(): Promise<HealthReport>;
}

const log = createLogger('health');
const CHECK_TIMEOUT_MS = 2_000;
const UNREACHABLE = /^(ECONN|EHOST|ENET|EAI_|ENOTFOUND|ETIMEDOUT|EPIPE|ENOENT)/;

export function createHealth(): Health {
  const checks = new Map<string, Check>();
  const failing = new Set<string>();

  const report = async (name: string, check: Check): Promise<HealthReport['checks'][string]> => {
    try {
      const work = Promise.resolve().then(check);
      const detail = await withTimeout(`check ${name}`, CHECK_TIMEOUT_MS, work);
      if (failing.delete(name)) log.info({ check: name }, 'check succeeds again');
      return detail === undefined ? { ok: true } : { ok: true, detail };
    } catch (error) {
      if (!failing.has(name)) log.warn({ err: error, check: name }, 'check fails');
      failing.add(name);
      return { ok: false, problem: problemOf(error) };
    }
  };

  return {
    check(name, check) {
      checks.set(name, check);
    },
    async report() {
      const results = await Promise.all(
        [...checks].map(async ([name, check]) => [name, await report(name, check)] as const),
      );
      const ok = results.every(([, result]) => result.ok);
      return { status: ok ? 'ok' : 'unavailable', checks: Object.fromEntries(results) };
    },
  };
}

function problemOf(error: unknown): HealthProblem {
  if (error instanceof TimeoutError) return 'does not answer';
  if (error instanceof ReadOnlyDatabaseError) return 'is read-only';
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && UNREACHABLE.test(code) ? 'cannot be reached' : 'fails';
}
