import { type Generation, listGenerations } from '@gavel/archiver/list-generations';
import type { OpenArchive } from '@gavel/archiver/open-archive';
import { partitionsOf } from '@gavel/proto/topology';
import type { Command } from 'commander';
import { streamNames } from '../../streams/stream-names.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';
import { formatTable } from '../../terminal/table.ts';
import { formatBytes } from '../../terminal/units.ts';

export function define(verb: Command, run: Run): void {
  verb
    .description(
      `Lists the generations of each partition. A generation is an unbroken part of its history: a new one begins when the
stream was recreated, or when retention removed messages before they were archived. MISSING counts offsets inside a
generation that no segment has; exit code 6 if there are any. \`gavel archive verify\` also reads the segments.`,
    )
    .addHelpText('after', examples(['gavel archive ls', 'how far back does the history go?']))
    .action((_, command: Command) =>
      run(command, async ({ session, output, foundProblem }) => {
        const archive = await session.archive();
        const rows = [];
        for (const partition of streamNames.flatMap(partitionsOf)) {
          for (const generation of await listGenerations(archive, partition)) {
            rows.push(await describe(archive, generation));
          }
        }
        output.answer(
          rows,
          rows.length === 0
            ? 'Nothing is archived.'
            : formatTable(
                ['PARTITION', 'GENERATION', 'FIRST', 'LAST', 'NEWEST', 'SEGMENTS', 'SIZE', 'MISSING'],
                rows.map((each) => [
                  each.partition,
                  each.generation,
                  each.first,
                  each.last,
                  each.newestAt,
                  each.segments,
                  formatBytes(each.bytes),
                  each.missing,
                ]),
              ),
        );
        if (rows.some(({ missing }) => missing > 0n)) foundProblem();
      }),
    );
}

/** The time of the newest message is in a manifest, everything else in the names. */
async function describe(archive: OpenArchive, generation: Generation) {
  const { partition, number, first, last, segments, size, holes } = generation;
  const newest = segments.at(-1);
  return {
    partition,
    generation: new Date(number).toISOString(),
    first,
    last,
    newestAt: newest === undefined ? null : (await archive.manifest(newest)).lastStoredAt,
    segments: segments.length,
    bytes: size,
    missing: holes.reduce((sum, hole) => sum + hole.last - hole.first + 1n, 0n),
  };
}
