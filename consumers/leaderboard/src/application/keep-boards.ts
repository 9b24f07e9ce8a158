import { randomUUID } from 'node:crypto';
import type { BoardChange, BoardSource, BoardStore, Boards, Keeping, Written } from './ports.ts';

const PAGE = 100;
const NIL = '00000000-0000-0000-0000-000000000000';

/** The outcome of one round. */
export type Round =
  /** This member keeps the boards and has written this many changes; more may be waiting. */
  | { readonly kind: 'kept'; readonly written: number; readonly rebuilt: boolean }
  /** Another member keeps the boards. */
  | { readonly kind: 'standby' }
  /** Redis was emptied, or another member took over, during the round: the next round repairs it. */
  | { readonly kind: 'interrupted' };

/**
 * One round of keeping the boards up to date: takes the right to write them, builds them again unless they are complete, and
 * writes what has changed. Every write is a whole state, read after the list of changes, and not a difference. So a write may
 * be repeated, also after a crash. Throws while Postgres or Redis is unavailable; the changes stay listed.
 */
export async function keepBoards(source: BoardSource, store: BoardStore, holder: string): Promise<Round> {
  const keeping = await source.keep(holder);
  if (keeping === undefined) return { kind: 'standby' };
  const look = await store.look(keeping);
  if (look.kind === 'fenced') return { kind: 'interrupted' };
  if (look.kind === 'missing') return build(source, store, keeping, holder);
  const { token } = look;
  const { minute, changes } = await source.changes(PAGE);
  if (minute > look.minute) {
    await source.listCooled(look.minute, minute);
    if ((await store.setMinute(keeping, token, minute)) !== 'written') return { kind: 'interrupted' };
  }
  const outcome = await writeChanges(source, store, keeping, token, changes);
  return outcome === 'written'
    ? { kind: 'kept', written: changes.length, rebuilt: false }
    : { kind: 'interrupted' };
}

async function build(
  source: BoardSource,
  store: BoardStore,
  keeping: Keeping,
  holder: string,
): Promise<Round> {
  const token = randomUUID();
  const { minute } = await source.changes(1);
  if ((await store.begin(keeping, token, minute)) !== 'written') return { kind: 'interrupted' };
  for await (const boards of everything(source)) {
    // A build may take longer than the right to write is valid, so each page extends the right.
    const still = await source.keep(holder);
    const isOurs = still?.fence === keeping.fence && still.projection === keeping.projection;
    if (!isOurs || (await store.write(keeping, token, boards)) !== 'written') return { kind: 'interrupted' };
  }
  if ((await store.finish(keeping, token)) !== 'written') return { kind: 'interrupted' };
  await store.sweep(token);
  return { kind: 'kept', written: 0, rebuilt: true };
}

async function* everything(source: BoardSource): AsyncGenerator<Boards> {
  for (let after: string | undefined = NIL; after !== undefined; ) {
    const auctions = await source.auctionsAfter(after, PAGE);
    if (auctions.length > 0) yield { auctions, sellers: [] };
    after = auctions.at(-1)?.itemId;
  }
  for (let after: string | undefined = NIL; after !== undefined; ) {
    const sellers = await source.sellersAfter(after, PAGE);
    if (sellers.length > 0) yield { auctions: [], sellers };
    after = sellers.at(-1)?.sellerId;
  }
}

async function writeChanges(
  source: BoardSource,
  store: BoardStore,
  keeping: Keeping,
  token: string,
  changes: readonly BoardChange[],
): Promise<Written> {
  if (changes.length === 0) return 'written';
  const keys = (board: BoardChange['board']) =>
    changes.flatMap((each) => (each.board === board ? [each.key] : []));
  const boards = {
    auctions: await source.auctions(keys('auction')),
    sellers: await source.sellers(keys('seller')),
  };
  const written = await store.write(keeping, token, boards);
  if (written === 'written') await source.forgetChanges(changes);
  return written;
}
