import { createLogger } from '@gavel/observability/logger';

/** One named condition of readiness: resolves (optionally with details to show) when it holds, throws when not. */
export type Check = () => Promise<unknown> | unknown;

/** What anybody may know of a failing check: anybody can ask. The error itself, with hosts and roles, is in the log. */
export type HealthProblem = 'does not answer' | 'cannot be reached' | 'fails';

export interface HealthReport {
  status: 'ok' | 'unavailable';
  checks: Record<string, { ok: boolean; detail?: unknown; problem?: HealthProblem }>;
}

/**
 * Whether this process can do its work now. `/healthz` answers 200 as long as the process serves requests at all;
 * `/readyz` answers 200 only while every check holds, else 503 and which one does not. A check that begins to fail is
 * logged with its error, and again when it holds; not each time that somebody asks.
 */
export interface Health {
  check(name: string, check: Check): void;
  report(): Promise<HealthReport>;
}

const log = createLogger('health');
const CHECK_TIMEOUT_MS = 2_000;
const UNREACHABLE = /^(ECONN|EHOST|ENET|EAI_|ENOTFOUND|ETIMEDOUT|EPIPE|ENOENT)/;

class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export function createHealth(): Health {
  const checks = new Map<string, Check>();
  const failing = new Set<string>();

  const report = async (name: string, check: Check): Promise<HealthReport['checks'][string]> => {
    try {
      const detail = await inTime(check);
      if (failing.delete(name)) log.info({ check: name }, 'check holds again');
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

async function inTime(check: Check): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new NoAnswer(`no answer within ${CHECK_TIMEOUT_MS} ms`)),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([Promise.resolve().then(check), expired]);
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(error: unknown): HealthProblem {
  if (error instanceof NoAnswer) return 'does not answer';
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && UNREACHABLE.test(code) ? 'cannot be reached' : 'fails';
}
