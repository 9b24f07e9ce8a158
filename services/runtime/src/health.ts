/** One named condition of readiness: resolves (optionally with details to show) when it holds, throws when not. */
type Check = () => Promise<unknown> | unknown;

export interface HealthReport {
  status: 'ok' | 'unavailable';
  checks: Record<string, { ok: boolean; detail?: unknown; problem?: string }>;
}

/**
 * Whether this process can do its work now. `/healthz` answers 200 as long as the process serves requests at all;
 * `/readyz` answers 200 only while every check holds, else 503 and which one does not.
 */
export interface Health {
  check(name: string, check: Check): void;
  report(): Promise<HealthReport>;
}

const CHECK_TIMEOUT_MS = 2_000;

export function createHealth(): Health {
  const checks = new Map<string, Check>();
  return {
    check(name, check) {
      checks.set(name, check);
    },
    async report() {
      const results = await Promise.all(
        [...checks].map(async ([name, check]) => [name, await run(check)] as const),
      );
      const ok = results.every(([, result]) => result.ok);
      return { status: ok ? 'ok' : 'unavailable', checks: Object.fromEntries(results) };
    },
  };
}

async function run(check: Check): Promise<HealthReport['checks'][string]> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    const detail = await Promise.race([Promise.resolve().then(check), expired]);
    return detail === undefined ? { ok: true } : { ok: true, detail };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : 'check failed' };
  } finally {
    clearTimeout(timer);
  }
}
