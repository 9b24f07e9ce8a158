import fc from 'fast-check';

/** The event of a bid in an invented auction; people are numbers. */
export interface HistoryEvent {
  readonly type: 'bid' | 'proxy-bid';
  readonly sequence: number;
  readonly bidder: number;
  readonly outbid: number | undefined;
  readonly isFirst: boolean;
}

/** A moment at which a bidder took the lead, lost it, or bid without taking it. */
interface Change {
  readonly kind: 'led' | 'lost';
  readonly sequence: number;
}

const step = fc.record({ bidder: fc.nat({ max: 3 }), answered: fc.boolean() });

/** Auctions of up to four bidders; with `maxima`, some bids are answered by the leader's standing maximum. */
export function histories({
  maxima,
  longest,
}: {
  maxima: boolean;
  longest: number;
}): fc.Arbitrary<HistoryEvent[]> {
  return fc.array(step, { minLength: 1, maxLength: longest }).map((steps) => {
    const events: HistoryEvent[] = [];
    let leader: number | undefined;
    const add = (type: HistoryEvent['type'], bidder: number, outbid: number | undefined): void => {
      events.push({ type, sequence: events.length + 2, bidder, outbid, isFirst: events.length === 0 });
    };
    for (const { bidder, answered } of steps) {
      if (maxima && answered && leader !== undefined && bidder !== leader) {
        add('bid', bidder, undefined);
        add('proxy-bid', leader, bidder);
      } else {
        add('bid', bidder, leader === bidder ? undefined : leader);
        leader = bidder;
      }
    }
    return events;
  });
}

/** The events of a history in any order, some of them twice. */
export function deliveries(events: readonly HistoryEvent[]): fc.Arbitrary<HistoryEvent[]> {
  const count = events.length;
  return fc
    .record({
      order: fc.shuffledSubarray([...events], { minLength: count, maxLength: count }),
      again: fc.array(fc.constantFrom(...events), { maxLength: 3 }),
    })
    .map(({ order, again }) => [...order, ...again]);
}

/** The changes of one bidder, oldest first. */
function changesOf(events: readonly HistoryEvent[], person: number): Change[] {
  return events.flatMap(({ type, sequence, bidder, outbid }, index): Change[] => {
    const answered = type === 'bid' && events[index + 1]?.type === 'proxy-bid';
    if (outbid === person) return [{ kind: 'lost', sequence }];
    return bidder === person && !answered ? [{ kind: 'led', sequence }] : [];
  });
}

/**
 * Each period in which a bidder did not lead after bidding: the version of their last lead before it (0 for none), and
 * whether the period lasts until the end.
 */
export function stretches(
  events: readonly HistoryEvent[],
  person: number,
): { readonly since: number; readonly isLast: boolean }[] {
  const changes = changesOf(events, person);
  const last = changes.at(-1);
  const sinces = new Set(
    changes.filter(({ kind }) => kind === 'lost').map(({ sequence }) => ledBefore(events, person, sequence)),
  );
  return [...sinces].map((since) => ({
    since,
    isLast: last?.kind === 'lost' && since === ledBefore(events, person, last.sequence),
  }));
}

/** The newest version before the given one at which the bidder took the lead; 0 for none. */
export function ledBefore(events: readonly HistoryEvent[], person: number, sequence: number): number {
  const led = changesOf(events, person).filter(
    (change) => change.kind === 'led' && change.sequence < sequence,
  );
  return Math.max(0, ...led.map((change) => change.sequence));
}
