import { dismiss } from '@gavel/outbox/dismiss';
import { type Command, Option } from 'commander';
import { addDecideOptions, type DecideOptions, decideAboutSetAside } from '../../outbox/decide.ts';
import { decidedBy, parseText } from '../../terminal/decision-options.ts';
import { examples } from '../../terminal/example-help.ts';
import type { Run } from '../../terminal/run-command.ts';

export function define(verb: Command, run: Run): void {
  addDecideOptions(verb)
    .description(
      `Gives up events that were set aside: they are never published, and \`gavel outbox status\` and \`gavel check\` no longer show
them. The row of each event stays, with who dismissed it, when and why (\`gavel outbox decisions\`). This cannot be undone.

Exit code 4 if an event is not set aside, 3 if somebody has dismissed it before.`,
    )
    .addOption(
      new Option('--reason <text>', 'why, for the record').argParser(parseText).makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      examples(
        ["gavel outbox dismiss 01a2085e-7c1a-7c3f-9d40-5d0c0e7a4e11 --reason 'a test'", 'one event, at once'],
        ["gavel outbox dismiss --all --outbox bids --reason 'old type'", 'the plan for one outbox'],
      ),
    )
    .action((eventIds: string[], options: DecideOptions & { readonly reason: string }, command: Command) =>
      run(command, async (context) => {
        const decision = { by: decidedBy(options.by), reason: options.reason };
        await decideAboutSetAside(
          context,
          {
            name: 'dismiss',
            done: 'dismissed',
            problems: {
              'already-dismissed': 'it was dismissed before, see `gavel outbox decisions`',
              'not-set-aside': 'no such event is set aside',
            },
            decide: (pool, ids) => dismiss(pool, ids, decision),
          },
          eventIds,
          options,
        );
      }),
    );
}
