import { publishAgain } from '@gavel/outbox/publish-again';
import type { Command } from 'commander';
import { addDecideOptions, type DecideOptions, decideAboutSetAside } from '../../outbox/decide.ts';
import { decidedBy, parseText } from '../../terminal/decision-options.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export function define(verb: Command, run: Run): void {
  addDecideOptions(verb)
    .description(
      `Publishes events that were set aside, after the cause was corrected: each becomes the newest row of its outbox, with the
same id, time and sequence. Who did that, when and why is recorded (\`gavel outbox decisions\`).

Later events of the same aggregate were published before, so consumers receive these late. An event that the broker still cannot take
is set aside again: look at \`gavel outbox status\` a moment later.

Exit code 4 if an event is not set aside, 3 if one cannot be published: it was dismissed, or an early version did not store all of it.`,
    )
    .option('--reason <text>', 'why, for the record', parseText)
    .addHelpText(
      'after',
      examples(
        ['gavel outbox publish-again 01a2085e-7c1a-7c3f-9d40-5d0c0e7a4e11', 'one event, at once'],
        ['gavel outbox publish-again --all --type bids.v1.BidPlaced', 'the plan for all events of a type'],
        ["gavel outbox publish-again --all --execute --reason 'limit raised'", 'all of them'],
      ),
    )
    .action((eventIds: string[], options: DecideOptions & { readonly reason?: string }, command: Command) =>
      run(command, async (context) => {
        const decision = { by: decidedBy(options.by), reason: options.reason ?? null };
        await decideAboutSetAside(
          context,
          {
            name: 'publish-again',
            done: 'published-again',
            problems: {
              dismissed: 'it was dismissed, see `gavel outbox decisions`',
              incomplete:
                'an early version set it aside without its stream and time; it can only be dismissed',
              'not-set-aside': 'no such event is set aside',
            },
            decide: (pool, ids) => publishAgain(pool, ids, decision),
          },
          eventIds,
          options,
        );
      }),
    );
}
