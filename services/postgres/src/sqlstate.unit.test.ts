import { describe, expect, it } from 'vitest';
import { isTransient, isUniqueViolation, sqlState } from './sqlstate.ts';

const databaseError = (code: string, constraint?: string): Error =>
  Object.assign(new Error('refused'), { code, severity: 'ERROR', constraint });

describe('sqlState', () => {
  it('is read from database errors only', () => {
    expect(sqlState(databaseError('23505'))).toBe('23505');
    expect(sqlState(Object.assign(new Error(), { code: 'EPIPE' }))).toBeUndefined();
    expect(sqlState('23505')).toBeUndefined();
    expect(sqlState(null)).toBeUndefined();
  });

  it('names the constraint that refused', () => {
    expect(isUniqueViolation(databaseError('23505', 'users_email_key'), 'users_email_key')).toBe(true);
    expect(isUniqueViolation(databaseError('23505', 'other'), 'users_email_key')).toBe(false);
    expect(isUniqueViolation(databaseError('23503'))).toBe(false);
  });

  it.each(['57P01', '57P03', '08006', '40001', '40P01', '53300'])('%s may pass on another try', (code) => {
    expect(isTransient(databaseError(code))).toBe(true);
  });

  it('tells lost connections from mistakes', () => {
    expect(isTransient(Object.assign(new Error(), { code: 'ECONNREFUSED' }))).toBe(true);
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isTransient(databaseError('22P02'))).toBe(false);
    expect(isTransient(new Error('amount is negative'))).toBe(false);
  });
});
