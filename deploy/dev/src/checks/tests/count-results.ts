import { z } from 'zod';

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** `file: name` of each failed test, so that the end of a long log names them. */
  readonly failures: readonly string[];
}

/** The part of vitest's JSON report that counts. */
const report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

/**
 * Counts one run of vitest. A file that broke before or around its tests counts each test that never ran as failed, and at least
 * one; a run that ended badly without naming any failure (a crash, a time-out, servers that did not start) counts one.
 */
export function countResults(json: unknown, exitedWell: boolean): Counts {
  const parsed = report.safeParse(json);
  const files = parsed.success ? parsed.data.testResults.map(countFile) : [];
  const passed = files.reduce((sum, file) => sum + file.passed, 0);
  const failed = files.reduce((sum, file) => sum + file.failed, 0);
  return {
    passed,
    failed: failed === 0 && !exitedWell ? 1 : failed,
    failures: files.flatMap(({ failures }) => failures),
  };
}

function countFile(file: z.output<typeof report>['testResults'][number]): Counts {
  const tests = file.assertionResults;
  const passed = tests.filter(({ status }) => status === 'passed').length;
  if (file.status !== 'failed') return { passed, failed: 0, failures: [] };
  const broken = tests.filter(({ status }) => status !== 'passed');
  const failures = broken.map(({ fullName }) => `${file.name}: ${fullName}`);
  return {
    passed,
    failed: Math.max(1, broken.length),
    failures: failures.length > 0 ? failures : [file.name],
  };
}
