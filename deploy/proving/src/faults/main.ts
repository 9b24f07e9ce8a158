import { runBrokenVariants } from './broken-variants.ts';
import { readFaultsConfig } from './config.ts';
import { describeRound } from './round.ts';
import { runRounds } from './run-rounds.ts';
import { countByKind, describeVerdict, violationKinds } from './verdict.ts';

// `make faults` reads SEED, ROUNDS, SECONDS, BROKEN, BIDDERS, ITEMS and PAUSE_MS from the environment. Exit code 1: an event was
// lost, duplicated, out of order or missing, something was not processed or could not be checked, or the checker missed a
// planted bug.

const config = readFaultsConfig();
const { SEED, ROUNDS, SECONDS } = config;
const began = performance.now();
let failed = false;

if (config.BROKEN !== 'no') {
  console.log('deliberately broken variants, which the checker must catch:');
  for await (const { name, caught, detail } of runBrokenVariants()) {
    if (!caught) failed = true;
    console.log(`  ${caught ? 'caught' : 'MISSED'}: ${name} (${detail})`);
  }
}

if (config.BROKEN !== 'only' && ROUNDS > 0) {
  console.log(`SEED=${SEED} ROUNDS=${ROUNDS} SECONDS=${SECONDS} make faults`);
  // The logs show what each process did. The lines here show which faults each round had.
  const result = await runRounds({
    seed: SEED,
    rounds: ROUNDS,
    durationMs: SECONDS * 1000,
    bidders: config.BIDDERS,
    items: config.ITEMS,
    pauseMs: config.PAUSE_MS,
    report: () => undefined,
    onRound: (round) => console.log(describeRound(round, ROUNDS)),
  });
  const strikes = [...result.strikes.values()].reduce((sum, count) => sum + count, 0);
  console.log(`${strikes} strikes:`);
  for (const [name, count] of [...result.strikes].toSorted()) console.log(`  ${count} × ${name}`);
  if (result.verdict === undefined) console.log('the end could not be checked');
  else console.log(describeVerdict(result.verdict));
  const counts = countByKind(result);
  const sums = violationKinds.map((kind) => `${kind} ${counts[kind]}`).join(' · ');
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  console.log(`${ROUNDS} rounds in ${minutes} min, ${result.failedRounds} failed: ${sums}`);
  if (result.failedRounds > 0 || result.violations.length > 0 || result.verdict === undefined) {
    failed = true;
    console.log(`logs of the processes: ${result.logDirectory}`);
  }
}
process.exitCode = failed ? 1 : 0;
