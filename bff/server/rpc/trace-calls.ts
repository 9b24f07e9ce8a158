import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { attribute } from '@gavel/observability/attributes';
import { inject, withSpan } from '@gavel/observability/tracing';

/** One client span a call, named `package.Service/Method`, whose context travels in the request's headers. */
export function traceCalls(): Interceptor {
  return (next) => (request) => {
    const method = `${request.service.typeName}/${request.method.name}`;
    const attributes = { [attribute.rpcSystem]: 'connectrpc', [attribute.rpcMethod]: method };
    return withSpan(method, { kind: 'client', attributes, scope: 'gavel.bff' }, async (span) => {
      for (const [name, value] of Object.entries(inject())) request.header.set(name, value);
      try {
        return await next(request);
      } catch (error) {
        if (error instanceof ConnectError) span.setAttribute(attribute.rpcStatusCode, Code[error.code]);
        throw error;
      }
    });
  };
}
