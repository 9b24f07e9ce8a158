import { createHmac } from 'node:crypto';
import type { Pool } from '@gavel/postgres/pool';
import type { BidderMasks, MaskBidder } from '../../application/ports.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const LENGTH = 6;

/** Masks made with the configured key; without one, with the key in the database. */
export function createBidderMasks(pool: Pool, configured: string | undefined): BidderMasks {
  let mask = configured === undefined ? undefined : maskWith(Buffer.from(configured, 'utf8'));
  return {
    async load() {
      mask ??= maskWith(await readKey(pool));
      return mask;
    },
  };
}

/**
 * HMAC-SHA256 of item and user, as six characters of base32. Without the key nobody can find a user by trying ids, and the masks
 * on two items are not related. There are one billion masks, so it is unlikely that two bidders of an item share one.
 */
export function maskWith(key: Uint8Array): MaskBidder {
  return (itemId, userId) => {
    const digest = createHmac('sha256', key).update(`${itemId}${userId}`).digest();
    const bits = digest.readUInt32BE(0);
    return Array.from({ length: LENGTH }, (_, i) => ALPHABET[(bits >>> (5 * i)) & 31]).join('');
  };
}

async function readKey(pool: Pool): Promise<Uint8Array> {
  const { rows } = await pool.query<{ key: Buffer }>({
    name: 'bidder-mask-key',
    text: 'SELECT key FROM bidder_mask_key',
  });
  const key = rows[0]?.key;
  if (!key) throw new Error('the database has no key for bidder masks');
  return key;
}
