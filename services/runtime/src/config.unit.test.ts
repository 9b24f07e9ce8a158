import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { databaseKeys, processKeys, readConfig } from './config.ts';

const schema = z.object({ ...processKeys, ...databaseKeys, NAME: z.string() });

describe('readConfig', () => {
  it('reads, converts and fills in defaults', () => {
    const config = readConfig(schema, {
      PORT: '4001',
      DATABASE_URL: 'postgresql://u:p@h:1/d',
      NAME: 'x',
      HOST: '',
    });
    expect(config).toEqual({
      HOST: '127.0.0.1',
      PORT: 4001,
      DATABASE_URL: 'postgresql://u:p@h:1/d',
      DATABASE_POOL: 10,
      NAME: 'x',
    });
  });

  it('names all bad keys in one error, without their values', () => {
    const read = () => readConfig(schema, { PORT: 'secret-port', DATABASE_URL: 'mysql://hidden' });
    expect(read).toThrow(/PORT/);
    expect(read).toThrow(/DATABASE_URL/);
    expect(read).toThrow(/NAME/);
    expect(read).not.toThrow(/hidden|secret-port/);
  });
});
