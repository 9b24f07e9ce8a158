type Flush = () => Promise<void>;

const flushes = new Set<Flush>();

/** The preload registers its providers here, so that the code that ends the process can wait for the last spans. */
export function onFlush(flush: Flush): void {
  flushes.add(flush);
}

/**
 * Exports the remaining spans and metrics. Resolves within `deadlineMs`, even if the collector does not answer, so that telemetry
 * delays an exit by no more than that. Does nothing in a process without telemetry.
 */
export async function flushTelemetry(deadlineMs = 1_000): Promise<void> {
  if (flushes.size === 0) return;
  // withTimeout of @gavel/resilience is not used, because that package imports this package's logger.
  const { promise: deadline, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMs);
  await Promise.race([deadline, Promise.allSettled([...flushes].map((flush) => flush()))]);
  clearTimeout(timer);
}
