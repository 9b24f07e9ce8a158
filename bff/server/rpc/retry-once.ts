import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { ErrorInfoSchema } from '@gavel/proto/gen/google/rpc/error_details_pb';

// Reads, and the changes that give the same answer again: PlaceBid by its idempotency key, BuyNow to its buyer, a watch, a
// picture by its content, a notification read; Refresh because the token before the newest keeps its successor for a few
// seconds.
const repeatable =
  /^(Get|List)[A-Z]|^(PlaceBid|BuyNow|WatchItem|UnwatchItem|UploadPicture|MarkRead|UpdatePreferences|Refresh)$/;

/**
 * Repeats a call once whose connection failed, as happens when a service restarts between two requests on a kept-alive
 * connection. Whatever a service answered stands.
 */
export function retryOnce(): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (error) {
      if (request.stream || !repeatable.test(request.method.name) || !isLostConnection(error)) throw error;
      return next(request);
    }
  };
}

function isLostConnection(error: unknown): boolean {
  if (!(error instanceof ConnectError) || error.findDetails(ErrorInfoSchema).length > 0) return false;
  return error.code === Code.Unavailable || error.code === Code.Aborted;
}
