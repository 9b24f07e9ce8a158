/**
 * `npm run walk`: the files that one accepted bid passes through, from the form's action to the statistic on the dashboard.
 *
 * A private system runs, and V8 counts the calls of each function in the five processes of the path. After one bid for
 * warming up, bids are placed one by one, each on its own item. Each must appear in the statistic before the next one is
 * placed. A file is on the path when one of its functions was called during every bid, and more often than in two equally long
 * times without bids: by at least three calls per four bids, because timers do not fall into all times equally often. So
 * polling and one-time work do not count. A file that holds only types or constants does not count either, because nothing in
 * it runs.
 *
 * The web app is measured with bids through its form and visits of the dashboard. Only what the action and the dashboard
 * page import counts: the layout around them is rendered for every visit. The processes behind it are measured with the two
 * calls that the action and the dashboard make, because the page that the action renders again also reads the item. Other
 * consumers of the event are not on the path.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readModuleGraph } from '@gavel/dev/checks/module-graph';
import { environment } from '@gavel/dev/config';
import { projectRoot } from '@gavel/dev/project-root';
import { ensureBffBuild } from '@gavel/dev/system/bff-build';
import { baseEnvironment } from '@gavel/dev/system/process-environment';
import { freePorts } from '@gavel/dev/testing/free-ports';
import type { ProcessName } from '@gavel/processes';
import { mustCall } from '../system/call-connect.ts';
import { listItem, readStats, signUp } from '../system/sign-up.ts';
import { startSystem } from '../system/start-system.ts';
import { calledFiles } from './called-files.ts';
import { callsDuring, connectCoverage } from './coverage-session.ts';
import { createWebBidder } from './web-bidder.ts';

const path = [
  'bff',
  'bids',
  'relay-bids',
  'consumer-user-stats',
  'user-stats',
] as const satisfies ProcessName[];
const webRoots = ['bff/server/actions/bidding.ts', 'bff/app/dashboard/page.tsx'];
/** Packages that all processes use, and that contain neither outbox nor consumer code. */
const libraries = /^(proto|observability|services\/(resilience|postgres|runtime|rabbitmq))\//;
const bids = 12;
// After the statistic has changed, the relay still marks the event as published, four times a second.
const AFTERWARDS_MS = 500;

const report = (line: string) => console.error(line);
const imported = await importedFrom(webRoots);
report('building the web app if its sources changed');
await ensureBffBuild(baseEnvironment(environment), AbortSignal.timeout(240_000));
const inspectors = await freePorts(path);
const inspected = (name: (typeof path)[number]) => ({
  env: { NODE_OPTIONS: `--inspect=127.0.0.1:${inspectors[name]}` },
});
const system = await startSystem({
  bff: true,
  report,
  processes: Object.fromEntries(path.map((name) => [name, inspected(name)])),
});
try {
  const seller = await signUp(system.urls.auth, 'Sally Seller');
  const signedIn = await signUp(system.urls.auth, 'Bob Bidder');
  const bidder = createWebBidder(system.urls.bff, signedIn);
  const items: string[] = [];
  for (let n = 0; n <= 2 * bids; n += 1) items.push(await listItem(system.urls.bids, seller, `Item ${n}`));
  const takeItem = () => items.pop() ?? '';
  let placed = 0;
  const bidInBrowser = async () => {
    await bidder.bid(takeItem(), '2.00');
    placed += 1;
    await bidder.seeBids(placed);
  };
  const bidByCall = async () => {
    const bid = { itemId: takeItem(), amount: '200', idempotencyKey: randomUUID() };
    await mustCall(system.urls.bids, 'bids.v1.BidService/PlaceBid', bid, signedIn);
    placed += 1;
    while ((await readStats(system.urls['user-stats'], signedIn.token))?.totalBids !== BigInt(placed))
      await delay(100);
    await delay(AFTERWARDS_MS);
  };
  await bidInBrowser();
  report(`placing ${2 * bids} bids`);
  const web = await measure(['bff'], bidInBrowser);
  const behind = await measure(path.slice(1), bidByCall);
  const passed = new Map<string, string[]>();
  for (const { name, files } of [...web, ...behind]) {
    for (const file of files.filter((each) => name !== 'bff' || imported.has(each))) {
      passed.set(file, [...(passed.get(file) ?? []), name]);
    }
  }
  print(passed);
} finally {
  await system.stop();
}

/** The files on the path of each process, while `bid` runs several times. */
async function measure(names: readonly (typeof path)[number][], bid: () => Promise<void>) {
  const sessions = await Promise.all(names.map((name) => connectCoverage(inspectors[name])));
  try {
    const calls = await callsDuring(sessions, bids, bid);
    return calls.map((counted, index) => ({
      name: names[index] ?? '',
      files: [...calledFiles(counted, projectRoot)].sort(),
    }));
  } finally {
    for (const session of sessions) session.close();
  }
}

/** These files and all that they import, directly or not, other than types. Throws when a root does not exist. */
async function importedFrom(roots: readonly string[]): Promise<Set<string>> {
  const modules = new Map((await readModuleGraph(projectRoot)).map((module) => [module.source, module]));
  const missing = roots.filter((root) => !modules.has(root));
  if (missing.length > 0) throw new Error(`not a file of the project: ${missing.join(', ')}`);
  const found = new Set<string>();
  const waiting = [...roots];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    const imports = modules.get(file)?.dependencies.filter(({ typeOnly }) => typeOnly !== true) ?? [];
    waiting.push(...imports.map(({ resolved }) => resolved));
  }
  return found;
}

/** One line per file, grouped by the first process of the path that runs it; files of libraries come last. */
function print(passed: ReadonlyMap<string, readonly string[]>): void {
  const totals = { path: { files: 0, lines: 0 }, libraries: { files: 0, lines: 0 } };
  const groupOf = (file: string, [first = '']: readonly string[]) =>
    libraries.test(file) ? 'libraries' : first;
  const sizes = [...path, 'libraries'].map((group) => {
    const files = [...passed].filter(([file, processes]) => groupOf(file, processes) === group);
    const total = totals[group === 'libraries' ? 'libraries' : 'path'];
    total.files += files.length;
    console.log(`\n${group}: ${files.length} files`);
    for (const [file, processes] of files) {
      const lines = readFileSync(join(projectRoot, file), 'utf8').trimEnd().split('\n').length;
      console.log(
        `${String(lines).padStart(5)}  ${file}${group === 'libraries' ? `  (${processes.join(', ')})` : ''}`,
      );
      total.lines += lines;
    }
    return `${group} ${files.length}`;
  });
  const { path: onPath, libraries: inLibraries } = totals;
  console.log(`\n${sizes.join(', ')}`);
  console.log(
    `one accepted bid passes through ${onPath.files} files (${onPath.lines} lines), and ${inLibraries.files} in libraries (${inLibraries.lines} lines)`,
  );
}
