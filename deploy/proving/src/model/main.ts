/**
 * `make model`: searches every run of `backbone.pml` with spin, first as Gavel is, then with each planted bug. Exit code 1: Gavel's
 * model has a counterexample, or a planted bug has none. FAULTS is the most faults in one run of the first search (default: 1);
 * STEPS=1 prints the steps of each counterexample.
 */
import { checkModel, ensureSpin } from './check-model.ts';
import { readModelConfig } from './config.ts';
import { variants } from './variants.ts';

const { FAULTS, STEPS } = readModelConfig();
let failed = false;

await ensureSpin((line) => console.log(line));

const { counterexample, states, seconds } = await checkModel(undefined, FAULTS);
const size = `${states.toLocaleString('en')} states, at most ${FAULTS} faults in a run, ${seconds.toFixed(0)} s`;
if (counterexample === undefined) console.log(`Gavel as it is: nothing found (${size})`);
else {
  failed = true;
  console.log(`Gavel as it is: ${counterexample.assertion} (${size})`);
  console.log(counterexample.steps);
}

console.log('planted bugs, each with at most one fault in a run:');
for (const { define, name } of variants) {
  const result = await checkModel(define, 1);
  if (result.counterexample === undefined) {
    failed = true;
    console.log(`  MISSED: ${name}`);
    continue;
  }
  console.log(`  found: ${name} (${result.counterexample.assertion}, ${result.seconds.toFixed(0)} s)`);
  if (STEPS === 1) console.log(result.counterexample.steps);
}
process.exitCode = failed ? 1 : 0;
