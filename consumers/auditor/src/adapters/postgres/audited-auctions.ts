import type { Pool } from '@gavel/postgres/pool';
import type { AuditedAuctions } from '../../application/ports.ts';
import { auctionColumns, toAuction } from './audit-tables.ts';

const FIRST = '00000000-0000-0000-0000-000000000000';

/** Reads samples of the audited auctions. Each sample continues the walk over all auctions where the last one ended. */
export function createAuditedAuctions(pool: Pool): AuditedAuctions {
  let walkedTo = FIRST;
  return {
    async sample(size) {
      const { rows } = await pool.query<Record<string, unknown>>({
        name: 'sample-audited-auctions',
        text: `WITH recent AS (
                 SELECT item_id FROM audited_auctions
                 WHERE changed_at > clock_timestamp() - interval '1 minute' ORDER BY random() LIMIT $1
               ), walk AS (
                 SELECT item_id FROM audited_auctions WHERE item_id > $2 ORDER BY item_id LIMIT $1
               )
               SELECT ${auctionColumns}, item_id IN (TABLE walk) AS walked FROM audited_auctions
               WHERE item_id IN (TABLE recent UNION TABLE walk UNION SELECT item_id FROM source_differences)
               ORDER BY item_id`,
        values: [size, walkedTo],
      });
      const walked = rows.filter((row) => row.walked === true).map((row) => String(row.itemId));
      walkedTo = walked.length < size ? FIRST : (walked.at(-1) ?? FIRST);
      return rows.map(({ walked: _, ...auction }) => toAuction(auction));
    },
    async saveDifference({ itemId, rule, detail }) {
      const { rows } = await pool.query<{ is_new: boolean }>({
        name: 'save-source-difference',
        text: `INSERT INTO source_differences (item_id, rule, detail) VALUES ($1, $2, $3)
               ON CONFLICT (item_id) DO UPDATE SET rule = excluded.rule, detail = excluded.detail
               RETURNING xmax = 0 AS is_new`,
        values: [itemId, rule, detail],
      });
      return rows[0]?.is_new === true;
    },
    async removeDifference(itemId) {
      await pool.query({
        name: 'remove-source-difference',
        text: 'DELETE FROM source_differences WHERE item_id = $1',
        values: [itemId],
      });
    },
  };
}

/** How many findings there are, by rule: broken rules and differences that last. */
export async function countFindings(pool: Pool): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ rule: string; count: bigint }>(
    `SELECT rule, count(*) FROM (SELECT rule FROM audit_findings UNION ALL SELECT rule FROM source_differences) found
     GROUP BY rule`,
  );
  return new Map(rows.map(({ rule, count }) => [rule, Number(count)]));
}
