import { DockerfileParser } from 'dockerfile-ast';

/** Whether a name of an image has a tag that stays the same. */
export function isPinned(image: string): boolean {
  return /:[^:/]+$/.test(image) && !image.endsWith(':latest');
}

/**
 * What is wrong with a Dockerfile of a process. Looks at the last stage, which becomes the image, and at the bases of all.
 * @param directories names of the directories that processes keep; each must exist in the image with the owner of the process
 */
export function dockerfileFaults(text: string, directories: readonly string[]): string[] {
  const dockerfile = DockerfileParser.parse(text);
  const stages = dockerfile.getFROMs();
  const names = new Set(stages.map((stage) => stage.getBuildStage()));
  const bases = stages.map((stage) => stage.getImage() ?? '');
  const unpinned = bases.filter((base) => !names.has(base) && !base.startsWith('$') && !isPinned(base));
  const last = stages.at(-1)?.getRange()?.start.line ?? 0;
  const instructions = dockerfile
    .getInstructions()
    .filter((each) => (each.getRange()?.start.line ?? 0) > last);
  const argumentsOf = (keyword: string) =>
    instructions
      .filter((each) => each.getKeyword() === keyword)
      .map((each) => each.getRawArgumentsContent() ?? '');
  const faults: [boolean, string][] = [
    [
      !/^[1-9][0-9]*(:[1-9][0-9]*)?$/.test(argumentsOf('USER').at(-1) ?? ''),
      'the image runs as root: set USER to a number',
    ],
    [argumentsOf('HEALTHCHECK').length === 0, 'the image has no HEALTHCHECK'],
    [
      !argumentsOf('LABEL').some((label) => label.includes('org.opencontainers.image.version')),
      'the image has no label of its version',
    ],
    [
      !argumentsOf('ENTRYPOINT').some((entry) => entry.startsWith('[')),
      'ENTRYPOINT is not in its exec form, so signals do not arrive',
    ],
    [
      argumentsOf('RUN').some((command) => /\b(npm|node|gcc|make|git)\b/.test(command)),
      'the image is built with tools that it then contains',
    ],
    [
      argumentsOf('COPY').some((copy) => copy.includes('--chown')),
      'the process could change its own program',
    ],
  ];
  return [
    ...directories
      .filter((name) => !argumentsOf('RUN').some((command) => command.includes(` /data/${name}`)))
      .map((name) => `the image has no directory /data/${name}, so a new volume would belong to root`),
    ...unpinned.map((base) => `the image ${base} has no pinned tag`),
    ...faults.flatMap(([holds, fault]) => (holds ? [fault] : [])),
  ];
}
