import { create, getOption, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { createValidator } from '@bufbuild/protovalidate';
import { describe, expect, it } from 'vitest';
import { RegisterRequestSchema } from '../gen/auth/v1/auth_pb.ts';
import { UserCreatedSchema } from '../gen/auth/v1/events_pb.ts';
import { ItemOutcome } from '../gen/bids/v1/bids_pb.ts';
import { AuctionClosedSchema, BidPlacedSchema, ItemCreatedSchema } from '../gen/bids/v1/events_pb.ts';
import { field } from '../gen/buf/validate/validate_pb.ts';
import { decodeEvent } from './events.ts';
import { eventDefinitions } from './registry.ts';

const id = '01900000-0000-7000-8000-00000000000A';
const at = '2026-01-02T03:04:05.678Z';
const bid = { bidId: id, itemId: id, userId: id, amount: 100n, timestamp: at, currency: 'USD' };
const sold = {
  itemId: id,
  sellerId: id,
  outcome: ItemOutcome.SOLD,
  winnerId: id,
  winningAmount: 100n,
  currency: 'USD',
  closedAt: at,
};
const user = { userId: id, email: 'ann@example.com', createdAt: at };

const decodeBid = (change: MessageInitShape<typeof BidPlacedSchema>) =>
  decodeEvent(BidPlacedSchema, toBinary(BidPlacedSchema, create(BidPlacedSchema, { ...bid, ...change })));
const decodeClosed = (change: MessageInitShape<typeof AuctionClosedSchema>) =>
  decodeEvent(
    AuctionClosedSchema,
    toBinary(AuctionClosedSchema, create(AuctionClosedSchema, { ...sold, ...change })),
  );
const decodeUser = (change: MessageInitShape<typeof UserCreatedSchema>) =>
  decodeEvent(
    UserCreatedSchema,
    toBinary(UserCreatedSchema, create(UserCreatedSchema, { ...user, ...change })),
  );

describe('decodeEvent', () => {
  it('returns the body of a valid event', () => {
    expect(decodeBid({})).toMatchObject({ ok: true, body: { amount: 100n, userId: id } });
  });

  it('has rules that compile for every event, and each event needs its ids', () => {
    for (const { schema } of eventDefinitions) {
      expect(decodeEvent(schema, new Uint8Array()), schema.typeName).toMatchObject({
        ok: false,
        reason: 'invalid_event',
        problem: expect.stringMatching(
          /^(bid|item|user)_id: value is empty, which is not a valid UUID \[string\.uuid_empty\]$/,
        ),
      });
    }
  });

  it('distinguishes bytes that are not a message of the type from a message that breaks a rule', () => {
    expect(decodeEvent(BidPlacedSchema, Buffer.from([0xff]))).toMatchObject({
      ok: false,
      reason: 'undecodable_body',
    });
    expect(decodeBid({ amount: 0n })).toMatchObject({
      ok: false,
      reason: 'invalid_event',
      body: { amount: 0n },
    });
  });

  it.each([
    [decodeBid({ userId: '' }), 'user_id: value is empty, which is not a valid UUID [string.uuid_empty]'],
    [decodeBid({ userId: `${id}0` }), 'user_id: must be a valid UUID [string.uuid]'],
    [decodeBid({ outbidUserId: 'nobody' }), 'outbid_user_id: must be a valid UUID [string.uuid]'],
    [decodeBid({ amount: 0n }), 'amount: must be greater than 0 [int64.gt]'],
    [decodeBid({ amount: -5n }), 'amount: must be greater than 0 [int64.gt]'],
    [decodeBid({ currency: 'usd' }), 'currency: does not match regex pattern `^[A-Z]{3}$` [string.pattern]'],
    [
      decodeBid({ timestamp: 'yesterday' }),
      'timestamp: must be a UTC time in ISO 8601 form, for example 2026-01-02T03:04:05.678Z [string.instant]',
    ],
    [decodeClosed({ outcome: ItemOutcome.UNSPECIFIED }), 'outcome: must not be in list [0] [enum.not_in]'],
    [
      decodeClosed({ outcome: 9 as ItemOutcome }),
      'outcome: value must be one of the defined enum values [enum.defined_only]',
    ],
    [decodeClosed({ winnerId: '' }), 'winner_id: a sold item has a winner [auction_closed.winner_id]'],
    [
      decodeClosed({ winningAmount: 0n }),
      'winning_amount: a sold item has an amount above 0 [auction_closed.winning_amount]',
    ],
    [
      decodeUser({ email: 'ann@example.com, eve@example.com' }),
      'email: must be a valid email address [string.email]',
    ],
  ])('names the field and the rule: %o', (decoded, problem) => {
    expect(decoded).toMatchObject({ ok: false, problem });
  });

  it('accepts events from before a field was added', () => {
    const created = { itemId: id, sellerId: id, startPrice: 1n, currency: 'USD', endAt: at, createdAt: at };
    const old = toBinary(ItemCreatedSchema, create(ItemCreatedSchema, created));
    expect(decodeEvent(ItemCreatedSchema, old).ok).toBe(true);
    expect(decodeBid({ minimumNextBid: 101n, bidCount: 1n }).ok).toBe(true);
    expect(decodeClosed({ outcome: ItemOutcome.NO_BIDS, winnerId: '', winningAmount: 0n }).ok).toBe(true);
  });
});

describe('times', () => {
  const isAccepted = (timestamp: string): boolean => decodeBid({ timestamp }).ok;

  it.each([
    new Date(0).toISOString(),
    new Date('9999-12-31T23:59:59.999Z').toISOString(),
    '2026-02-28T23:59:59Z',
    '2026-01-02T03:04:05.678901234Z',
  ])('%s is accepted, and is a valid Date', (time) => {
    expect(isAccepted(time)).toBe(true);
    expect(new Date(time).getTime()).not.toBeNaN();
  });

  it.each([
    '',
    'yesterday',
    '2026-01-02',
    '2026-01-02 03:04:05Z',
    '2026-01-02T03:04:05',
    '2026-01-02T03:04:05+01:00',
    '2026-00-02T03:04:05Z',
    '2026-13-02T03:04:05Z',
    '2026-01-32T03:04:05Z',
    '2026-01-02T24:00:01Z',
    '2026-01-02T03:60:05Z',
    '2026-01-02T03:04:60Z',
    ' 2026-01-02T03:04:05Z',
    '2026-01-02T03:04:05Z\n',
  ])('%j is refused', (time) => {
    expect(isAccepted(time)).toBe(false);
  });

  it('every time of the pattern is a valid Date', () => {
    const two = (n: number) => String(n).padStart(2, '0');
    for (const month of [1, 2, 4, 12])
      for (const day of [1, 28, 29, 30, 31])
        for (const time of ['00:00:00', '23:59:59', '12:30:45.1']) {
          const instant = `2026-${two(month)}-${two(day)}T${time}Z`;
          expect(isAccepted(instant), instant).toBe(true);
          expect(new Date(instant).getTime(), instant).not.toBeNaN();
        }
  });
});

describe('what Register accepts', () => {
  const validator = createValidator();
  const accepts = (change: MessageInitShape<typeof RegisterRequestSchema>): boolean => {
    const request = { email: 'ann@example.com', password: 'a long secret', fullName: 'Ann', ...change };
    return validator.validate(RegisterRequestSchema, create(RegisterRequestSchema, request)).kind === 'valid';
  };

  it('has the same rules as the event that it leads to', () => {
    for (const name of ['email', 'countryCode'] as const) {
      expect(getOption(UserCreatedSchema.field[name], field), name).toEqual(
        getOption(RegisterRequestSchema.field[name], field),
      );
    }
  });

  it.each([
    ['ann@example.com', true],
    ['Ann.O%Hara+bids@mail.example.co.uk', true],
    ["o'hara!#$&*/=?^_`{|}~-@example.com", true],
    ['ann@localhost', true],
    [`${'a'.repeat(65)}@example.com`, true],
    [`${'a'.repeat(242)}@example.com`, true],
    [`${'a'.repeat(243)}@example.com`, false],
    ['ann@example.com, eve@example.com', false],
    ['Ann <ann@example.com>', false],
    ['ann@example.com\nBcc: eve@example.com', false],
    ['ann@exämple.com', false],
    ['ann', false],
    ['', false],
  ])('the address %j: %s, as in UserCreated', (email, valid) => {
    expect(accepts({ email })).toBe(valid);
    expect(decodeUser({ email }).ok).toBe(valid);
    expect(decodeUser({ email: email.toLowerCase() }).ok).toBe(valid);
  });

  it.each(['', 'DE', 'de'])('the country %j is valid in UserCreated', (countryCode) => {
    expect(accepts({ countryCode })).toBe(true);
    expect(decodeUser({ countryCode }).ok).toBe(true);
  });
});
