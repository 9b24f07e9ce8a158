import { expect, it, vi } from 'vitest';
import { createCircuit } from './circuit.ts';

const fail = () => Promise.reject(new Error('away'));

it('after a failure nobody is asked, then one call tries, and its success lets everybody through', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const circuit = createCircuit({ name: 'test', restMs: 100 });
  expect(await circuit.attempt(() => Promise.resolve(1))).toBe(1);
  expect(await circuit.attempt(fail)).toBeUndefined();

  const asked = vi.fn(() => Promise.resolve(2));
  now = 99;
  expect(await circuit.attempt(asked)).toBeUndefined();
  expect(asked).not.toHaveBeenCalled();

  now = 100;
  const { promise, resolve } = Promise.withResolvers<number>();
  const trial = circuit.attempt(() => promise);
  expect(await circuit.attempt(asked)).toBeUndefined();
  resolve(3);
  expect(await trial).toBe(3);
  expect(await circuit.attempt(asked)).toBe(2);
});

it('a trial that fails begins another rest', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const circuit = createCircuit({ name: 'test', restMs: 100 });
  await circuit.attempt(fail);
  now = 100;
  await circuit.attempt(fail);
  now = 199;
  const asked = vi.fn(() => Promise.resolve());
  await circuit.attempt(asked);
  expect(asked).not.toHaveBeenCalled();
  now = 200;
  await circuit.attempt(asked);
  expect(asked).toHaveBeenCalledOnce();
});
