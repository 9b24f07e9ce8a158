import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator } from '@bufbuild/protovalidate';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { createLogger } from '@gavel/observability/logger';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { answerUnavailable } from './answer-unavailable.ts';
import { authenticate, type TokenVerifier } from './caller.ts';
import { connectError, type FieldProblems, invalidFields, unwrap } from './failure.ts';
import { traceRequests } from './trace-requests.ts';

const log = createLogger('rpc');

/**
 * The interceptors of every service, outermost first: the request's span, logging and hiding of unexpected errors, the answer while
 * the database is unavailable, the caller's identity, and the field rules of the .proto files.
 */
export function serviceInterceptors(verify: TokenVerifier): Interceptor[] {
  return [traceRequests(), hideUnexpected(), answerUnavailable(), authenticate(verify), checkFields()];
}

/** Returns errors with a reason as they are. Any other error is logged once, with its cause, and returned as INTERNAL. */
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
      throw connectError('INTERNAL', 'something went wrong on our side; it has been logged');
    }
  };
}

/** Checks the field rules of the .proto files. A violation is INVALID_FIELD, with `field: what is wrong` as metadata. */
export function checkFields(): Interceptor {
  const validator = createValidator();
  return (next) => async (request) => {
    if (request.stream) return next(request);
    const result = validator.validate(request.method.input, request.message);
    if (result.kind === 'error') throw result.error;
    if (result.kind === 'invalid') {
      const problems: FieldProblems = {};
      for (const { field, message, ruleId } of result.violations)
        problems[pathToString(field)] ??= message || ruleId;
      const invalid = invalidFields(problems);
      if (invalid) unwrap(invalid);
    }
    return next(request);
  };
}

function isForCallers(error: ConnectError): boolean {
  // The caller disconnected or its deadline passed. That is no error of this service, and nobody reads the answer.
  if (error.code === Code.Canceled || error.code === Code.DeadlineExceeded) return true;
  return error.code === Code.Unimplemented || error.findDetails(ErrorInfoSchema).length > 0;
}
