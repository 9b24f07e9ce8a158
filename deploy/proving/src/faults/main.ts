import { readFaultsConfig } from './config.ts';
import { type CampaignResult, runCampaign } from './run-campaign.ts';
import { countByKind, describeVerdict, violationKinds } from './verdict.ts';

// `make faults`: SEED, ROUNDS, SECONDS, BIDDERS, ITEMS and PAUSE_MS in the environment. Exit code 1 when anything was
// lost, duplicated, out of order or missing, or did not arrive.

const config = readFaultsConfig();
const totals = { lost: 0, duplicated: 0, 'out of order': 0, gap: 0 };
let failed = 0;

for (let round = 0; round < config.ROUNDS; round += 1) {
  const seed = (config.SEED + round) >>> 0;
  console.log(`round ${round + 1} of ${config.ROUNDS}, SEED=${seed}`);
  const result = await runCampaign({
    seed,
    durationMs: config.SECONDS * 1000,
    bidders: config.BIDDERS,
    items: config.ITEMS,
    pauseMs: config.PAUSE_MS,
    report: (line) => console.log(`  ${line}`),
  });
  printRound(result);
  const counts = countByKind(result.verdict);
  for (const kind of violationKinds) totals[kind] += counts[kind];
  if (result.verdict.violations.length > 0 || result.backlog !== undefined) {
    failed += 1;
    console.log(`replay this round: SEED=${seed} ROUNDS=1 SECONDS=${config.SECONDS} make faults`);
  }
}

const sums = violationKinds.map((kind) => `${kind} ${totals[kind]}`).join(' · ');
console.log(`${config.ROUNDS} rounds, ${failed} failed: ${sums}`);
process.exitCode = failed === 0 ? 0 : 1;

function printRound({ faults, verdict, backlog, drainedAfterMs, logDirectory }: CampaignResult): void {
  console.log(describeVerdict(verdict));
  if (backlog === undefined)
    console.log(`${faults.length} faults; drained ${drainedAfterMs} ms after the last bid`);
  else {
    const { unpublished, behind } = backlog;
    console.log(
      `NOT drained: ${unpublished} events unpublished, ${behind} partitions behind; logs: ${logDirectory}`,
    );
  }
}
