import { randomUUID } from 'node:crypto';
import type { BoardChange, BoardSource, BoardStore, Boards, Keeping, Written } from './ports.ts';

const PAGE = 100;
const NIL = '00000000-0000-0000-0000-000000000000';

/** What one round came to: `kept` boards may have more to be told at once. */
export type Round =
  | { readonly kind: 'kept'; readonly told: number; readonly rebuilt: boolean }
  /** Another member keeps the boards. */
  | { readonly kind: 'standby' }
  /** Redis was emptied, or taken over, in the middle: the next round sees to it. */
  | { readonly kind: 'interrupted' };

/**
 * One round of keeping: takes the right to, builds the boards anew unless they are there as a whole, and tells them what
 * has changed. Everything written is a state and no difference, read after the changes were, so that it may be written twice,
 * in any order with readers, and after any crash. Throws while Postgres or Redis is away; nothing is forgotten by that.
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
    await source.noteCooled(look.minute, minute);
    if ((await store.setMinute(keeping, token, minute)) !== 'written') return { kind: 'interrupted' };
  }
  const told = await tell(source, store, keeping, token, changes);
  return told === 'written'
    ? { kind: 'kept', told: changes.length, rebuilt: false }
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
    // A building takes as long as it takes: the right to it is extended on the way.
    const still = await source.keep(holder);
    const isOurs = still?.fence === keeping.fence && still.projection === keeping.projection;
    if (!isOurs || (await store.write(keeping, token, boards)) !== 'written') return { kind: 'interrupted' };
  }
  if ((await store.finish(keeping, token)) !== 'written') return { kind: 'interrupted' };
  await store.sweep(token);
  return { kind: 'kept', told: 0, rebuilt: true };
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

async function tell(
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
  if (written === 'written') await source.told(changes);
  return written;
}
