import { consumerProcesses, processes } from '@gavel/processes';
import type { ProcessDescriptor } from '@gavel/proto/process';
import { partitionsOf, type StreamName } from '@gavel/proto/topology';
import { stringify } from 'yaml';

/** One consumer group as the chart knows it: what it reads, and how many members can work at the same time. */
interface ChartConsumer {
  readonly group: string;
  /** A stream is read by at most one member per partition. A queue has no such limit. */
  readonly stream?: string;
  readonly partitions?: number;
}

/** A descriptor in the form in which the chart's values list it: everything but its program, which is in the image. */
export interface ChartProcess extends Omit<ProcessDescriptor, 'database' | 'entry' | 'name' | 'startsAfter'> {
  readonly database?: { readonly name: string; readonly migrates: boolean };
  readonly consumer?: ChartConsumer;
}

const BEGIN = '# processes:begin: written by `npm run generate` from the descriptors\n';
const END = '# processes:end\n';

/** Every process of the descriptors by its name. */
export async function chartProcesses(): Promise<Readonly<Record<string, ChartProcess>>> {
  const consumers = await chartConsumers();
  return Object.fromEntries(
    processes.map((descriptor) => {
      const { name, kind, summary, port, database, environment, settings, onlyWith } = descriptor;
      const consumer = consumers.get(name);
      const process: ChartProcess = {
        kind,
        summary,
        port,
        ...(database && { database: { name: database.name, migrates: database.migrations !== undefined } }),
        environment,
        ...(settings && { settings }),
        ...(onlyWith && { onlyWith }),
        ...(consumer && { consumer }),
      };
      return [name, process];
    }),
  );
}

/**
 * The chart's values with the processes of the descriptors between the two marker lines.
 * @param text the file `values.yaml`. Throws when the markers are missing
 */
export async function withChartProcesses(text: string): Promise<string> {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('values.yaml has no markers around its list of processes');
  const block = stringify(
    { processes: await chartProcesses() },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
  return text.slice(0, begin + BEGIN.length) + block + text.slice(end);
}

async function chartConsumers(): Promise<ReadonlyMap<string, ChartConsumer>> {
  const loaded = consumerProcesses.map(async ({ name, consumer }) => {
    const definition = await consumer();
    const read: ChartConsumer =
      'stream' in definition
        ? {
            group: definition.name,
            stream: definition.stream,
            partitions: partitionsOf(definition.stream as StreamName).length,
          }
        : { group: definition.name };
    return [name, read] as const;
  });
  return new Map(await Promise.all(loaded));
}
