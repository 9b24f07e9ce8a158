import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator } from '@bufbuild/protovalidate';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { createLogger } from '@gavel/observability/logger';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { answerUnavailable } from './answer-unavailable.ts';
import { authenticate, type TokenVerifier } from './caller.ts';
import { connectError } from './failure.ts';
import { traceRequests } from './trace-requests.ts';

const log = createLogger('rpc');

/**
 * What every service's methods run inside, outermost first: the span of the request, the one place where unexpected
 * errors are logged and hidden, the answer while the database is away, the caller's identity, and the field rules of
 * the .proto files.
 */
export function serviceInterceptors(verify: TokenVerifier): Interceptor[] {
  return [traceRequests(), hideUnexpected(), answerUnavailable(), authenticate(verify), checkFields()];
}

/** Errors that carry a reason go out as they are; anything else is logged once, with its cause, and goes out as INTERNAL. */
export function hideUnexpected(): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof ConnectError && isForCallers(error)) throw error;
      log.error(
        { err: error, method: `${request.service.typeName}/${request.method.name}` },
        'request failed',
      );
      throw connectError('INTERNAL', 'something went wrong on our side; it has been recorded');
    }
  };
}

/** Checks the field rules of the .proto files; a broken one is INVALID_FIELD with `field: what is wrong` as metadata. */
export function checkFields(): Interceptor {
  const validator = createValidator();
  return (next) => async (request) => {
    if (request.stream) return next(request);
    const result = validator.validate(request.method.input, request.message);
    if (result.kind === 'error') throw result.error;
    if (result.kind === 'invalid') {
      const metadata: Record<string, string> = {};
      for (const { field, message, ruleId } of result.violations)
        metadata[pathToString(field)] ??= message || ruleId;
      const text = Object.entries(metadata).map(([field, problem]) => `${field}: ${problem}`);
      throw connectError('INVALID_FIELD', text.join('; '), metadata);
    }
    return next(request);
  };
}

function isForCallers(error: ConnectError): boolean {
  // The caller hung up or its own deadline passed: nothing of ours is wrong, and nobody reads the answer.
  if (error.code === Code.Canceled || error.code === Code.DeadlineExceeded) return true;
  return error.code === Code.Unimplemented || error.findDetails(ErrorInfoSchema).length > 0;
}
