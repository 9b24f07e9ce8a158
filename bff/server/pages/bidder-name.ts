/**
 * What a bidder is called in public: "you" for the reader, otherwise the last four characters of the id, which a UUIDv7
 * fills at random, so that one person's bids can be told from another's and nobody can be looked up.
 */
export function bidderName(userId: string, readerId: string | undefined): string {
  return userId === readerId ? 'You' : `Bidder ${userId.slice(-4)}`;
}
