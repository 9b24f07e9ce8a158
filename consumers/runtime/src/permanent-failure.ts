/** A handler throws this for an event that can never be handled, however often it is tried: it is parked at once. */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}
