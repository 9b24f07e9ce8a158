import { describe, expect, it } from 'vitest';
import { parseAmqpMessage } from './decode-message.ts';

const text = (value: string): Buffer =>
  Buffer.concat([Buffer.from([0xa1, value.length]), Buffer.from(value)]);
const properties = (...entries: Buffer[]): Buffer => {
  const content = Buffer.concat(entries);
  return Buffer.concat([Buffer.from([0x00, 0x53, 0x74, 0xc1, content.length + 1, entries.length]), content]);
};
const data = (body: string): Buffer =>
  Buffer.concat([Buffer.from([0x00, 0x53, 0x75, 0xa0, body.length]), Buffer.from(body)]);

describe('parseAmqpMessage', () => {
  it('reads string properties and the body', () => {
    const bytes = Buffer.concat([properties(text('a'), text('b'), text('c'), text('')), data('hello')]);
    expect(parseAmqpMessage(bytes)).toEqual({
      ok: true,
      message: { properties: { a: 'b', c: '' }, body: Buffer.from('hello') },
    });
  });

  it('joins a body of several data sections, and reads none as empty', () => {
    const parsed = parseAmqpMessage(Buffer.concat([data('he'), data('llo')]));
    expect(parsed).toMatchObject({ message: { body: Buffer.from('hello') } });
    expect(parseAmqpMessage(Buffer.alloc(0))).toMatchObject({ message: { body: Buffer.alloc(0) } });
  });

  it('skips sections that it does not need', () => {
    const header = Buffer.from([0x00, 0x53, 0x70, 0xc0, 0x02, 0x01, 0x41]);
    const footer = Buffer.from([0x00, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x78, 0xc1, 0x01, 0x00]);
    expect(parseAmqpMessage(Buffer.concat([header, data('x'), footer]))).toMatchObject({ ok: true });
  });

  it.each<[string, number[]]>([
    ['a null', [0x40]],
    ['true', [0x41]],
    ['a zero', [0x44]],
    ['a byte', [0x51, 0xff]],
    ['a double', [0x82, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['a timestamp', [0x83, 0, 0, 0, 0, 0, 0, 0, 1]],
    ['a uuid', [0x98, ...Array<number>(16).fill(7)]],
    ['a binary', [0xa0, 0x02, 1, 2]],
    ['a list', [0xc0, 0x02, 0x01, 0x41]],
    ['an array', [0xe0, 0x03, 0x01, 0x50, 0x05]],
    ['a described value', [0x00, 0x53, 0x01, 0x41]],
  ])('gives a property that is %s as text that no envelope accepts', (_, value) => {
    const parsed = parseAmqpMessage(
      properties(text('before'), Buffer.from(value), text('after'), text('kept')),
    );
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(parsed.message.properties.before).toMatch(/^$|^\(0x/);
    expect(parsed.message.properties.after).toBe('kept');
  });

  it('reads a property called __proto__ like any other', () => {
    const parsed = parseAmqpMessage(properties(text('__proto__'), text('x')));
    if (!parsed.ok) throw new Error(parsed.problem);
    expect(Object.keys(parsed.message.properties)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(parsed.message.properties)).toBe(Object.prototype);
  });

  it('reports truncated bytes and random bytes without throwing', () => {
    const whole = Buffer.concat([properties(text('a'), text('b')), data('hello')]);
    for (let length = 1; length < whole.length; length++) {
      if (length === whole.length - data('hello').length) continue;
      expect(parseAmqpMessage(whole.subarray(0, length)).ok).toBe(false);
    }
    let seed = 42;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed >>> 16;
    };
    for (let i = 0; i < 20_000; i++) {
      const bytes = Buffer.from(whole);
      for (let flips = 0; flips <= i % 3; flips++) bytes[random() % bytes.length] = random() & 0xff;
      parseAmqpMessage(bytes);
    }
  });
});
