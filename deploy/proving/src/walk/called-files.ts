import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, join, relative } from 'node:path';
import type { CalledFunction, CallSamples, Calls } from './coverage-session.ts';

const standalone = '/.next/standalone/bff/.next/';

// A timer or a heartbeat may fall into the time with bids once more or once less often than into the times without.
const CALLS_PER_BID = 0.75;

/**
 * The project's source files with a function that was called in each of the `busy` samples, and on average at least 0.75 times per
 * sample more than in the `idle` times. Paths are relative to `root`. Bundles of the web app count as the files that their source
 * maps name, also for code that the bundler has moved into another function.
 */
export function calledFiles({ busy, idle }: CallSamples, root: string): Set<string> {
  const files = new Set<string>();
  for (const script of new Set(busy.flatMap((calls) => [...calls.keys()]))) {
    if (!script.startsWith(`${root}/`) || script.includes('/node_modules/')) continue;
    const functions = functionsOf(script, busy);
    const usual = new Map(functionsOf(script, idle).map(({ start, count }) => [start, count / idle.length]));
    const called = functions.filter(
      ({ start, samples, count }) =>
        samples === busy.length && count - (usual.get(start) ?? 0) >= CALLS_PER_BID * busy.length,
    );
    if (called.length === 0) continue;
    const sources = script.includes('/.next/') ? sourcesInBundle(script, called, functions) : [script];
    for (const source of sources) files.add(relative(root, source));
  }
  return files;
}

/** The functions of one script in several samples: all their calls, and the number of samples with calls. */
function functionsOf(
  script: string,
  samples: readonly Calls[],
): (CalledFunction & { readonly samples: number })[] {
  const functions = new Map<number, CalledFunction & { samples: number }>();
  for (const each of samples.flatMap((calls) => calls.get(script) ?? [])) {
    const before = functions.get(each.start) ?? { count: 0, samples: 0 };
    functions.set(each.start, {
      ...each,
      count: before.count + each.count,
      samples: before.samples + (each.count > 0 ? 1 : 0),
    });
  }
  return [...functions.values()];
}

/** The files that the code of these functions comes from. Nested functions are counted separately. */
function* sourcesInBundle(
  bundle: string,
  called: readonly CalledFunction[],
  all: readonly CalledFunction[],
): Generator<string> {
  const locate = readSourceMap(bundle);
  for (const outer of called) {
    const inner = all.filter(({ start, end }) => start > outer.start && end <= outer.end);
    for (let offset = outer.start; offset < outer.end; offset += 1) {
      const skipped = inner.find(({ start, end }) => start <= offset && offset < end);
      if (skipped) offset = skipped.end - 1;
      else {
        const source = locate(offset);
        if (source !== undefined) yield source;
      }
    }
  }
}

/** The source of a place in a bundle. Undefined if no map names it: the bundler's own code. */
function readSourceMap(bundle: string): (offset: number) => string | undefined {
  // The map stays beside the original of the bundle, of which the standalone server has a copy.
  const original = bundle.replace(standalone, '/.next/');
  if (!existsSync(`${original}.map`)) return () => undefined;
  const map = new SourceMap(JSON.parse(readFileSync(`${original}.map`, 'utf8')));
  const lineStarts = [0];
  for (const { index } of readFileSync(bundle, 'utf8').matchAll(/\n/g)) lineStarts.push(index + 1);
  return (offset) => {
    const line = lineStarts.findLastIndex((start) => start <= offset);
    const entry = map.findEntry(line, offset - (lineStarts[line] ?? 0));
    if (!('originalSource' in entry)) return undefined;
    return join(dirname(original), decodeURIComponent(entry.originalSource));
  };
}
