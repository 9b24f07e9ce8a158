import { textOf, textsOf } from './form.ts';

export interface ReadPictures {
  images: string[];
  /** The typed links that no page would show. */
  refusedLinks: string[];
}

/**
 * The pictures of a form, each once: those that the item has (`images`, at their new `image_position`, without those in
 * `image_removed`), then the selected drawings, then the typed links.
 */
export function readPictures(form: FormData): ReadPictures {
  const links = textOf(form, 'image_urls').split(/\s+/).filter(Boolean);
  const refusedLinks = links.filter((link) => !/^(https:\/\/|\/[^/\\])/.test(link));
  const shown = links.filter((link) => !refusedLinks.includes(link));
  const images = [...new Set([...keptPictures(form), ...textsOf(form, 'drawings'), ...shown])];
  return { images, refusedLinks };
}

function keptPictures(form: FormData): string[] {
  const removed = new Set(textsOf(form, 'image_removed'));
  const positions = form.getAll('image_position');
  return form
    .getAll('images')
    .map((image, index) => ({
      image: typeof image === 'string' ? image.trim() : '',
      place: placeOf(index + 1, Number(positions[index])),
    }))
    .filter(({ image }) => image !== '' && !removed.has(image))
    .sort((a, b) => a.place - b.place)
    .map(({ image }) => image);
}

/** A picture that was moved goes before the one at its new position if it moves up, and behind it if it moves down. */
function placeOf(old: number, chosen: number): number {
  if (!Number.isInteger(chosen) || chosen < 1 || chosen === old) return old;
  return chosen < old ? chosen - 0.5 : chosen + 0.5;
}

/** The sentence for the first link that no page would show: only paths of this site and https addresses are shown. */
export function linkProblem([bad]: readonly string[]): string | undefined {
  return bad === undefined ? undefined : `“${bad.slice(0, 60)}” is not an https:// link.`;
}

/** The pictures of a form that is shown again: `images` has one per line, and `image_urls` what was typed and is refused. */
export function pictureValues(form: FormData): { images: string; image_urls: string } {
  const { images, refusedLinks } = readPictures(form);
  return { images: images.join('\n'), image_urls: refusedLinks.join('\n') };
}

/** The sentence beside the files of a form that nobody has stored: a browser does not let a page choose them again. */
export function filesAgain(form: FormData): { uploads?: string } {
  const files = form.getAll('uploads').some((file) => file instanceof File && file.size > 0);
  return files ? { uploads: 'Please choose these pictures again.' } : {};
}
