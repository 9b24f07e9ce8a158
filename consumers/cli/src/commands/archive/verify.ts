import { type VerifiedPartition, verifyPartition } from '@gavel/archiver/verify-partition';
import { partitionsOf } from '@gavel/proto/topology';
import type { Command } from 'commander';
import { CommandFailure } from '../../command-failure.ts';
import { streamNames } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Reads the whole archive, or one partition of it: every object must be there, every checksum must match, and every offset
of a generation must be in a segment. Prints one line if nothing is wrong, otherwise one line per problem. Exit code 6
if there is a problem.`,
    )
    .argument('[partition]', 'for example gavel.bids-2')
    .addHelpText(
      'after',
      examples(
        ['gavel archive verify', 'can the whole history be read?'],
        ['gavel archive verify gavel.bids-2', 'one partition'],
      ),
    )
    .action((only: string | undefined, _, command: Command) =>
      run(command, async ({ session, output, interrupted, foundProblem }) => {
        const partitions = streamNames.flatMap(partitionsOf).filter((each) => (only ?? each) === each);
        if (partitions.length === 0) {
          throw new CommandFailure('notFound', `no partition ${only}`, '`gavel archive ls` lists them.');
        }
        const archive = await session.archive();
        let total = 0;
        for (const partition of partitions) total += (await archive.list(partition)).length;
        const progress = output.progress('verifying the archive', total);
        let done = 0;
        const results: VerifiedPartition[] = [];
        try {
          for (const partition of partitions) {
            const count = (): void => {
              done += 1;
              progress.update(done);
              if (interrupted.aborted) throw new CommandFailure('interrupted', 'interrupted');
            };
            results.push(await verifyPartition(archive, partition, count));
          }
        } finally {
          progress.stop();
        }
        const isOk = results.every(({ problems }) => problems.length === 0);
        output.answer({ ok: isOk, partitions: results }, isOk ? formatOk(results) : formatProblems(results));
        if (!isOk) foundProblem();
      }),
    );
}

function formatOk(results: readonly VerifiedPartition[]): string {
  const segments = results.reduce((sum, each) => sum + each.segments, 0);
  const messages = results.reduce((sum, each) => sum + each.messages, 0);
  return `ok: ${messages} messages in ${segments} segments of ${results.length} partitions`;
}

function formatProblems(results: readonly VerifiedPartition[]): string {
  const rows = results.flatMap(({ partition, problems }) => problems.map((problem) => [partition, problem]));
  return formatTable(['PARTITION', 'PROBLEM'], rows);
}
