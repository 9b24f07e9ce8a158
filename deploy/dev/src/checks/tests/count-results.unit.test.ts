import { expect, test } from 'vitest';
import { countResults } from './count-results.ts';

const file = (status: string, ...tests: string[]) => ({
  name: 'a.unit.test.ts',
  status,
  assertionResults: tests.map((status, index) => ({ status, fullName: `test ${index}` })),
});

test('passed and failed tests are summed over files', () => {
  const report = { testResults: [file('passed', 'passed', 'passed'), file('failed', 'passed', 'failed')] };
  expect(countResults(report, false)).toMatchObject({ passed: 3, failed: 1 });
});

test('a file that does not load counts as one failure', () => {
  expect(countResults({ testResults: [file('failed')] }, false)).toMatchObject({ passed: 0, failed: 1 });
});

test('tests that a failed setup kept from running count as failed', () => {
  const report = { testResults: [file('failed', 'skipped', 'skipped')] };
  expect(countResults(report, false)).toMatchObject({ passed: 0, failed: 2 });
});

test('tests that a filter left out count as nothing', () => {
  const report = { testResults: [file('passed', 'passed', 'skipped')] };
  expect(countResults(report, true)).toMatchObject({ passed: 1, failed: 0 });
});

test('a run that ended badly counts as a failure though every test passed, or none was reported', () => {
  expect(countResults({ testResults: [file('passed', 'passed')] }, false)).toMatchObject({
    passed: 1,
    failed: 1,
  });
  expect(countResults(undefined, false)).toMatchObject({ passed: 0, failed: 1 });
});

test('each failed test is named with its file, and a file without tests by itself', () => {
  const report = { testResults: [file('failed', 'passed', 'failed'), file('failed')] };
  expect(countResults(report, false).failures).toEqual(['a.unit.test.ts: test 1', 'a.unit.test.ts']);
});
