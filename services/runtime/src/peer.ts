import {
  type ContextValues,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';

const peerKey = createContextKey<string | undefined>(undefined, { description: 'peer address' });

/** The address at the other end of the request's connection; undefined when it has already closed. */
export function peerAddress(context: Pick<HandlerContext, 'values'>): string | undefined {
  return context.values.get(peerKey);
}

/** The context values of a request on this socket. */
export function peerValues(socket: { remoteAddress?: string | undefined }): ContextValues {
  return createContextValues().set(peerKey, socket.remoteAddress);
}
