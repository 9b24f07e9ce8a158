import { expect, test } from 'vitest';
import { metric } from '../attributes.ts';
import { prometheusName } from './metric-name.ts';

test.each([
  ['gavel.relay.delay', 's', false, 'gavel_relay_delay_seconds'],
  ['v8js.memory.heap.used', 'By', false, 'v8js_memory_heap_used_bytes'],
  ['nodejs.eventloop.utilization', '1', true, 'nodejs_eventloop_utilization_ratio'],
  ['requests', '1', false, 'requests'],
  ['gavel.outbox.backlog', '{event}', true, 'gavel_outbox_backlog'],
  ['gavel.wait.seconds', 's', true, 'gavel_wait_seconds'],
  ['disk.speed', 'By/s', true, 'disk_speed_bytes_per_second'],
  ['gavel.bids', '{bid}/s', true, 'gavel_bids_per_second'],
  ['odd--name', 'C', true, 'odd_name_C'],
])('%s in %s becomes %s', (name, unit, isGauge, expected) => {
  expect(prometheusName(name, unit, isGauge)).toBe(expected);
});

test('no flag and no count becomes a ratio', () => {
  const names = Object.values(metric).map(({ name, unit, kind }) =>
    prometheusName(name, unit, kind === 'gauge'),
  );
  expect(names.filter((name) => name.endsWith('_ratio'))).toEqual([]);
});
