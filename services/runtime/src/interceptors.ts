import { pathToString } from '@bufbuild/protobuf/reflect';
import { createValidator } from '@bufbuild/protovalidate';
import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { attribute, connectRpc } from '@gavel/observability/attributes';
import { createLogger } from '@gavel/observability/logger';
import { isReadOnly, isTransient } from '@gavel/postgres/sqlstate';
import { isOutcomeUnknown } from '@gavel/postgres/transaction';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type CallEnd, callEndAttributes, failedCall, recordCall } from './call-duration.ts';
import { authenticate, type TokenVerifier } from './caller.ts';
import { connectError, type FieldProblems, invalidFields, unwrap } from './failure.ts';
import { type LogSecurityOptions, logSecurity } from './log-security.ts';

const log = createLogger('rpc');
const tracer = trace.getTracer('gavel.rpc');

/**
 * The interceptors of every service, outermost first: the request's span, logging and hiding of unexpected errors, the answer while
 * the database is unavailable, the caller's identity, the security log, and the field rules of the .proto files.
 */
export function serviceInterceptors(verify: TokenVerifier, security?: LogSecurityOptions): Interceptor[] {
  return [
    traceRequests(),
    hideUnexpected(),
    answerUnavailable(),
    authenticate(verify),
    ...(security ? [logSecurity(security)] : []),
    checkFields(),
  ];
}

/**
 * One span and one measured duration per request, named `package.Service/Method` as in the RPC semantic conventions. A rejection with a reason is an answer,
 * not an error of this service: the reason becomes an attribute, and the span's status remains unset.
 */
function traceRequests(): Interceptor {
  return (next) => (request) => {
    const method = `${request.service.typeName}/${request.method.name}`;
    const attributes = { [attribute.rpcSystem]: connectRpc, [attribute.rpcMethod]: method };
    const startedAt = performance.now();
    return tracer.startActiveSpan(method, { kind: SpanKind.INTERNAL, attributes }, async (span) => {
      let end: CallEnd = { code: 'unknown' };
      try {
        const answer = await next(request);
        end = { code: 'ok' };
        return answer;
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === undefined || reason === 'INTERNAL') span.setStatus({ code: SpanStatusCode.ERROR });
        end = failedCall(error, reason);
        throw error;
      } finally {
        span.setAttributes(callEndAttributes(end));
        recordCall(method, startedAt, end);
        span.end();
      }
    });
  };
}

/** Returns errors with a reason as they are. Any other error is logged once, with its cause, and returned as INTERNAL. */
function hideUnexpected(): Interceptor {
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

/**
 * Answers UNAVAILABLE when the database cannot be reached or ended the transaction because of a conflict, so that callers know that
 * a retry may succeed. Nothing was changed then, except when the answer to a COMMIT was lost: nobody knows whether that request took
 * effect. Only then the metadata says `outcome: unknown`; a repeat with the same idempotency key finds out.
 */
function answerUnavailable(): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (error instanceof ConnectError || !(isTransient(error) || isReadOnly(error))) throw error;
      log.warn(
        { err: error, method: `${request.service.typeName}/${request.method.name}` },
        'the database is unavailable or busy',
      );
      if (!isOutcomeUnknown(error)) {
        const state = isReadOnly(error) ? 'read-only at the moment' : 'unavailable or busy';
        throw connectError('UNAVAILABLE', `the database is ${state}; nothing was changed`);
      }
      throw connectError(
        'UNAVAILABLE',
        'the database is unavailable, and it is not known whether this request took effect: ' +
          'repeat it with the same idempotency key, or read the current state first',
        { outcome: 'unknown' },
      );
    }
  };
}

/** Checks the field rules of the .proto files. A violation is INVALID_FIELD, with `field: what is wrong` as metadata. */
function checkFields(): Interceptor {
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

function reasonOf(error: unknown): string | undefined {
  return error instanceof ConnectError ? error.findDetails(ErrorInfoSchema)[0]?.reason : undefined;
}
