import { expect, it, vi } from 'vitest';
import { createCircuit } from './circuit.ts';

const fail = () => Promise.reject(new Error('unavailable'));

it('makes no call for a while after a failure, then one trial call, and closes when the trial succeeds', async () => {
  let now = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
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

it('stays open for the same time again after a trial call that fails', async () => {
  let now = 0;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
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
