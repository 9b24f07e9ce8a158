import { describe, expect, it } from 'vitest';
import { classify, isTransient, isUniqueViolation, sqlState } from './sqlstate.ts';

const databaseError = (code: string, constraint?: string): Error =>
  Object.assign(new Error('refused'), { code, severity: 'ERROR', constraint });

describe('sqlState', () => {
  it('is read from database errors only', () => {
    expect(sqlState(databaseError('23505'))).toBe('23505');
    expect(sqlState(Object.assign(new Error(), { code: 'EPIPE' }))).toBeUndefined();
    expect(sqlState('23505')).toBeUndefined();
    expect(sqlState(null)).toBeUndefined();
  });

  it('names the constraint that refused a row', () => {
    expect(isUniqueViolation(databaseError('23505', 'users_email_key'), 'users_email_key')).toBe(true);
    expect(isUniqueViolation(databaseError('23505', 'other'), 'users_email_key')).toBe(false);
    expect(isUniqueViolation(databaseError('23503'))).toBe(false);
  });

  it.each(['57P01', '57P03', '08006', '40001', '40P01', '53300'])('%s is transient', (code) => {
    expect(isTransient(databaseError(code))).toBe(true);
  });

  it.each(['57014', '55P03', '53100', '25P03', '08000'])('%s is transient as well', (code) => {
    expect(isTransient(databaseError(code))).toBe(true);
  });

  it.each(['25006', '42P01', '42501', '58030', 'XX000', '57P04'])(
    '%s is not transient: the database must be repaired first',
    (code) => expect(isTransient(databaseError(code))).toBe(false),
  );

  it('distinguishes lost connections from mistakes', () => {
    expect(isTransient(Object.assign(new Error(), { code: 'ECONNREFUSED' }))).toBe(true);
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isTransient(databaseError('22P02'))).toBe(false);
    expect(isTransient(new Error('amount is negative'))).toBe(false);
  });
});

describe('the kind of an error', () => {
  it.each([
    ['connection', ['08000', '08006', '57P01', '57P02', '57P03', '57P05', '25P03', '53300', '40003']],
    ['conflict', ['40001', '40P01', '55P03']],
    ['timeout', ['57014', '25P04']],
    [
      'environment',
      ['25006', '42501', '42P01', '42703', '58030', '53100', 'XX001', '28P01', '3D000', '57P04'],
    ],
    ['data', ['22P02', '22003', '23505', '23514', '21000', '54000', 'P0001']],
    ['unknown', ['42601', '42804', '25P02', '26000', '55006', '99999']],
  ])('%s', (kind, codes) => {
    const kinds = codes.map((code) => `${code} ${classify(databaseError(code))}`);
    expect(kinds).toEqual(codes.map((code) => `${code} ${kind}`));
  });

  it('is connection for errors of driver and network, and unknown for errors that no database caused', () => {
    const refused = Object.assign(new Error(), { code: 'ECONNREFUSED' });
    expect(classify(refused)).toBe('connection');
    expect(classify(new AggregateError([new Error('x'), refused]))).toBe('connection');
    expect(classify(new Error('Query read timeout'))).toBe('connection');
    for (const other of [new Error('no'), Object.assign(new Error(), { code: '57014' }), 'text', undefined]) {
      expect(classify(other)).toBe('unknown');
    }
  });
});
