import { describe, expect, it } from 'vitest';
import { parseTemplate } from './format-template.ts';
import type { SeenMessage } from './read-event.ts';
import { isSelected, parseCondition } from './select-messages.ts';

const bid: SeenMessage = {
  partition: 'gavel.bids-2',
  offset: 7n,
  storedAt: '2026-05-01T12:00:00.000Z',
  envelope: {
    id: '01970000-0000-7000-8000-000000000001',
    source: '/gavel/bids',
    type: 'bids.v1.BidPlaced',
    subject: 'gavel.bids.bid_placed.lamp',
    time: '2026-05-01T11:59:59.000Z',
    partitionkey: 'lamp',
    sequence: '3',
  },
  body: { itemId: 'lamp', amount: '100', tags: ['a', 'b'] },
};
const noEvent: SeenMessage = { ...bid, envelope: null, body: null, problem: 'not an event', bytes: 'AA==' };

describe('--where', () => {
  it.each([
    [['type=bids.v1.BidPlaced'], true],
    [['type!=bids.v1.BidPlaced'], false],
    [['aggregate=lamp', 'offset=7'], true],
    [['aggregate=lamp', 'offset=8'], false],
    [['body.amount=100'], true],
    [['body.nothing=100'], false],
    [['body.nothing!=100'], true],
    [['body.amount='], false],
  ])('%j selects a bid: %s', (conditions, expected) => {
    expect(isSelected(bid, { where: conditions.map(parseCondition) })).toBe(expected);
  });

  it('holds together with --subject, and for a message that is not an event', () => {
    const where = [parseCondition('partition=gavel.bids-2')];
    expect(isSelected(bid, { where, subject: 'gavel.bids.bid_placed.*' })).toBe(true);
    expect(isSelected(bid, { where, subject: 'gavel.bids.item_listed.*' })).toBe(false);
    expect(isSelected(noEvent, { where })).toBe(true);
    expect(isSelected(noEvent, { where: [parseCondition('problem=not an event')] })).toBe(true);
    expect(isSelected(noEvent, { where, subject: '>' })).toBe(false);
  });

  it.each(['type', 'type>3', '=x', 'colour=red', 'body.=x', ''])('refuses %j', (text) => {
    expect(() => parseCondition(text)).toThrow(/FIELD=VALUE|is not a field/);
  });
});

describe('--format', () => {
  it.each([
    ['{partition}@{offset} {body.amount}', 'gavel.bids-2@7 100'],
    ['{id}\\t{sequence}\\n{body}', `${bid.envelope?.id}\t3\n${JSON.stringify(bid.body)}`],
    ['{{{offset}}} \\\\ {body.tags} {body.none} {problem}', '{7} \\ ["a","b"] - -'],
    ['', ''],
  ])('%j prints %j', (template, expected) => {
    expect(parseTemplate(template)(bid)).toBe(expected);
  });

  it('prints a dash for what a message does not have', () => {
    expect(parseTemplate('{type} {body.amount} {problem}')(noEvent)).toBe('- - not an event');
  });

  it.each(['{colour}', '{offset', 'offset}', '{}', '\\x', 'end\\', '{constructor}', '{body.}'])(
    'refuses %j',
    (template) => {
      expect(() => parseTemplate(template)).toThrow(/is not a field|has no meaning here/);
    },
  );
});
