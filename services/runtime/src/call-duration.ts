import { Code, ConnectError } from '@connectrpc/connect';
import { codeToString } from '@connectrpc/connect/protocol-connect';
import { attribute, connectRpc, metric } from '@gavel/observability/attributes';
import { type Attributes, metrics } from '@opentelemetry/api';

const duration = metrics
  .getMeter('gavel.rpc')
  .createHistogram(metric.rpcServerCallDuration.name, metric.rpcServerCallDuration);

/** How a call ended: `ok`, or a Connect code, with the reason when the answer has one. */
export interface CallEnd {
  readonly code: 'ok' | ReturnType<typeof codeToString>;
  readonly errorType?: string;
}

/** The end of a call that failed. An error that is not a Connect error is `unknown`. */
export function failedCall(error: unknown, reason: string | undefined): CallEnd {
  const code = codeToString(error instanceof ConnectError ? error.code : Code.Unknown);
  return { code, errorType: reason ?? code };
}

/** The attributes of a call's end, for its span and its metric. */
export function callEndAttributes({ code, errorType }: CallEnd): Attributes {
  return {
    [attribute.rpcStatusCode]: code,
    ...(errorType !== undefined && { [attribute.errorType]: errorType }),
  };
}

/**
 * Records one answered call. `method` is `package.Service/Method` of a served method, never a text of the caller.
 * @param startedAt by `performance.now()`
 */
export function recordCall(method: string, startedAt: number, end: CallEnd): void {
  duration.record((performance.now() - startedAt) / 1000, {
    [attribute.rpcSystem]: connectRpc,
    [attribute.rpcMethod]: method,
    ...callEndAttributes(end),
  });
}
