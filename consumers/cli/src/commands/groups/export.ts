import { readCheckpoints } from '@gavel/consumer-runtime/read-checkpoints';
import { partitionsOf } from '@gavel/proto/topology';
import type { Command } from 'commander';
import { requireGroup } from '../../groups/known-groups.ts';
import { examples } from '../../terminal/example-help.ts';
import { toJson } from '../../terminal/output.ts';
import type { Run } from '../../terminal/run-command.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Prints the position of a group in each partition as JSON: the next offset to read, or "first" if it has committed nothing.
\`gavel groups seek --to-file\` sets these positions again.`,
    )
    .argument('<group>', 'a group from `gavel groups ls`')
    .addHelpText(
      'after',
      examples(
        ['gavel groups export user-stats > positions.json', 'before an experiment'],
        ['gavel groups seek user-stats --to-file positions.json --execute', 'back to where it was'],
      ),
    )
    .action((name: string, _, command: Command) =>
      run(command, async ({ session, output }) => {
        const group = requireGroup(name);
        const checkpoints = await readCheckpoints(session.pool(group.database), name);
        const positions = Object.fromEntries(
          partitionsOf(group.stream).map((partition) => {
            const offset = checkpoints.get(partition)?.offset ?? null;
            return [partition, offset === null ? 'first' : offset + 1n];
          }),
        );
        output.answer(positions, toJson(positions, 2));
      }),
    );
}
