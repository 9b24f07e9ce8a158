type Flush = () => Promise<void>;

const flushes = new Set<Flush>();

/** The preload registers its providers here, so that whoever ends the process can wait for the last spans. */
export function onFlush(flush: Flush): void {
  flushes.add(flush);
}

/**
 * Sends what is still waiting to be exported. Resolves after `deadlineMs` at the latest, whatever the collector does:
 * telemetry never delays an exit by more than that. Does nothing in a process without telemetry.
 */
export async function flushTelemetry(deadlineMs = 1_000): Promise<void> {
  if (flushes.size === 0) return;
  const { promise: deadline, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMs);
  await Promise.race([deadline, Promise.allSettled([...flushes].map((flush) => flush()))]);
  clearTimeout(timer);
}
