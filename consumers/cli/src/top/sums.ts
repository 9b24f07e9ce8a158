import type { MetricPoint } from './metrics-page.ts';
import type { ProcessAnswer } from './process-answers.ts';

/** What happened to bids between two samples. */
export interface BidRates {
  /** Null while no process of bids has answered twice. */
  readonly acceptedPerSecond: number | null;
  readonly refusedPerSecond: number | null;
  /** Each reason for which bids were refused since the processes started, the most frequent one first. */
  readonly reasons: readonly {
    readonly reason: string;
    readonly perSecond: number | null;
    readonly total: number;
  }[];
}

const CALLS = 'rpc_server_call_duration_seconds_count';
const PLACE_BID = 'bids.v1.BidService/PlaceBid';
/** The process that answers PlaceBid. */
const BIDS = 'bids';

/** Rates of calls of PlaceBid, from the counters of two samples. `before` may be empty. */
export function bidRates(before: readonly ProcessAnswer[], after: readonly ProcessAnswer[]): BidRates {
  const pairs = pairsOf(before, after);
  const isKnown = pairs.some(({ now }) => now.name === BIDS);
  const perSecond = (matches: (point: MetricPoint) => boolean): number | null =>
    isKnown ? rateOf(pairs, (point) => isPlaceBid(point) && matches(point)) : null;
  const refusals = after.flatMap(({ points }) =>
    points.filter((each) => isPlaceBid(each) && isRefusal(each)),
  );
  const byReason = Map.groupBy(refusals, ({ labels }) => labels.error_type ?? '');
  return {
    acceptedPerSecond: perSecond(({ labels }) => labels.rpc_response_status_code === 'ok'),
    refusedPerSecond: perSecond(isRefusal),
    reasons: [...byReason]
      .map(([reason, points]) => ({
        reason,
        perSecond: perSecond(({ labels }) => labels.error_type === reason),
        total: sum(points.map(({ value }) => value)),
      }))
      .toSorted((a, b) => b.total - a.total),
  };
}

/** How many relays say that they publish this outbox; null when no relay of it has answered. */
export function activeRelays(answers: readonly ProcessAnswer[], outbox: string): number | null {
  const points = pointsOf(answers, 'gavel_relay_active').filter(
    ({ labels }) => labels.gavel_outbox_name === outbox,
  );
  return points.length === 0 ? null : sum(points.map(({ value }) => value));
}

/** What the auditor has found, by rule; null when no auditor has answered. Each member reports the same count, so the largest is taken. */
export function auditFindings(
  answers: readonly ProcessAnswer[],
): readonly { readonly rule: string; readonly count: number }[] | null {
  const points = pointsOf(answers, 'gavel_audit_findings');
  if (points.length === 0) return null;
  return [...Map.groupBy(points, ({ labels }) => labels.gavel_audit_rule ?? '')]
    .map(([rule, found]) => ({ rule, count: Math.max(...found.map(({ value }) => value)) }))
    .filter(({ count }) => count > 0);
}

interface Pair {
  readonly then: ProcessAnswer;
  readonly now: ProcessAnswer;
}

/** The processes that have answered in both samples. */
function pairsOf(before: readonly ProcessAnswer[], after: readonly ProcessAnswer[]): Pair[] {
  return after.flatMap((now) => {
    const then = before.find(({ name, url }) => name === now.name && url === now.url);
    return then === undefined || then.problem !== null || now.problem !== null ? [] : [{ then, now }];
  });
}

/** A counter that is smaller than before began again at 0 with its process, so all of it is new. */
function rateOf(pairs: readonly Pair[], matches: (point: MetricPoint) => boolean): number {
  return sum(
    pairs.map(({ then, now }) => {
      const [earlier, later] = [totalOf(then, matches), totalOf(now, matches)];
      const seconds = (now.atMs - then.atMs) / 1000;
      return (later < earlier ? later : later - earlier) / seconds;
    }),
  );
}

function totalOf({ points }: ProcessAnswer, matches: (point: MetricPoint) => boolean): number {
  return sum(points.filter(matches).map(({ value }) => value));
}

function isPlaceBid({ name, labels }: MetricPoint): boolean {
  return name === CALLS && labels.rpc_method === PLACE_BID;
}

/** A failed call has the reason as its error type. */
function isRefusal({ labels }: MetricPoint): boolean {
  return (labels.error_type ?? '') !== '';
}

function pointsOf(answers: readonly ProcessAnswer[], name: string): MetricPoint[] {
  return answers.flatMap(({ points }) => points.filter((point) => point.name === name));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
