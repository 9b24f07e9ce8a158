import { readConfig } from '@gavel/service-runtime/config';
import { z } from 'zod';

const schema = z.object({
  /** The most faults in one run of the model. The number of states is about ten times larger with each. */
  FAULTS: z.coerce.number().int().min(0).max(9).default(1),
  /** 1: print the steps of each counterexample. */
  STEPS: z.coerce.number().int().min(0).max(1).default(0),
});

/** Reads the settings of `make model`. Throws an error that names every invalid key. */
export function readModelConfig(env: NodeJS.ProcessEnv = process.env): z.output<typeof schema> {
  return readConfig(schema, env);
}
