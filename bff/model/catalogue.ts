import type { Category } from '@gavel/proto/gen/bids/v1/bids_pb';

/** Categories that the form always offers. It also offers those of current auctions. */
const categories = [
  'art',
  'art/ceramics',
  'art/paintings',
  'books',
  'cameras',
  'cameras/large-format',
  'cameras/medium-format',
  'cameras/rangefinders',
  'clocks',
  'clocks/carriage',
  'clocks/longcase',
  'clocks/watches',
  'furniture',
  'furniture/chairs',
  'furniture/lamps',
  'music',
  'music/gramophones',
  'music/guitars',
  'other',
  'sports',
  'sports/bicycles',
] as const;

// Sellers may invent categories, and a list of thousands would be useless.
const MOST_CHOICES = 300;

export interface CategoryChoice {
  value: string;
  /** The category's name behind the names of its parents: "Clocks › Watches". */
  label: string;
}

/** The categories that the form for an item offers: the fixed ones, those of the tree, and the item's own. */
export function categoryChoices(tree: readonly Category[], current = ''): CategoryChoice[] {
  const paths = new Set([...categories, current, ...pathsOf(tree)].filter((path) => path !== ''));
  const choices = [...paths].slice(0, MOST_CHOICES).map((value) => ({
    value,
    label: value.split('/').map(categoryLabel).join(' › '),
  }));
  return choices.sort((a, b) => a.label.localeCompare(b.label, 'en'));
}

function pathsOf(tree: readonly Category[]): string[] {
  return tree.flatMap(({ path, children }) => [path, ...pathsOf(children)]);
}

/** A category's name as shown: the last part of its path, with a capital letter. */
export function categoryLabel(path: string): string {
  const category = path.slice(path.lastIndexOf('/') + 1);
  return category.charAt(0).toUpperCase() + category.slice(1).replace(/[-_]/g, ' ');
}

/** The drawings in public/pictures that sellers can choose. */
export const pictures = [
  'camera',
  'clock',
  'chair',
  'guitar',
  'bicycle',
  'vase',
  'book',
  'lamp',
  'watch',
  'painting',
  'gramophone',
  'typewriter',
].map((name) => ({ name: categoryLabel(name), path: `/pictures/${name}.svg` }));

/** The picture of an item without one. */
export const blankPicture = '/pictures/blank.svg';

/** The pictures that the content security policy allows. */
export function shownImages(images: readonly string[]): string[] {
  return images.filter((image) => /^(https:\/\/|\/[^/\\])/.test(image));
}

// bids stores an uploaded picture 320, 800 and 1,600 pixels wide, but never wider than the original. Items name the widest.
const STORED = /^(\/pictures\/[0-9a-f]{64}\/)([1-9][0-9]{0,4})\.webp$/;

/** The smallest stored size of a picture that is at least this wide. A picture from another site is returned unchanged. */
export function pictureOfWidth(image: string, pixels: number): string {
  const [, folder, widest] = STORED.exec(image) ?? [];
  const width = [320, 800].find((size) => size >= pixels && size < Number(widest));
  return folder && width ? `${folder}${width}.webp` : image;
}
