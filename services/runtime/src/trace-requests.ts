import { ConnectError, type Interceptor } from '@connectrpc/connect';
import { attribute } from '@gavel/observability/attributes';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

const tracer = trace.getTracer('gavel.rpc');

/**
 * One span per request, named `package.Service/Method` as in the RPC semantic conventions. A rejection with a reason is an answer,
 * not an error of this service: the reason becomes an attribute, and the span's status remains unset.
 */
export function traceRequests(): Interceptor {
  return (next) => (request) => {
    const method = `${request.service.typeName}/${request.method.name}`;
    const attributes = { [attribute.rpcSystem]: 'connectrpc', [attribute.rpcMethod]: method };
    return tracer.startActiveSpan(method, { kind: SpanKind.INTERNAL, attributes }, async (span) => {
      try {
        return await next(request);
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === undefined || reason === 'INTERNAL') span.setStatus({ code: SpanStatusCode.ERROR });
        span.setAttribute(attribute.errorType, reason ?? 'unknown');
        throw error;
      } finally {
        span.end();
      }
    });
  };
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof ConnectError ? error.findDetails(ErrorInfoSchema)[0]?.reason : undefined;
}
