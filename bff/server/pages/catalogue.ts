import type { Category } from '@gavel/proto/gen/bids/v1/bids_pb';

/** Categories that the form offers from the first day on; those that auctions carry now are offered besides. */
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

// Anybody may name a category: a form of thousands would help nobody.
const MOST_CHOICES = 300;

export interface CategoryChoice {
  value: string;
  /** The names of the category and those above it: "Clocks › Watches". */
  label: string;
}

/** What the form for an item offers: our own categories, those of the tree, and the one that the item has. */
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

/** A category's name for people: its last token with a capital. */
export function categoryLabel(path: string): string {
  const category = path.slice(path.lastIndexOf('/') + 1);
  return category.charAt(0).toUpperCase() + category.slice(1).replace(/[-_]/g, ' ');
}

/** Drawings in public/pictures that an item may name. */
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

/** The pictures that the content security policy lets a page show. */
export function shownImages(images: readonly string[]): string[] {
  return images.filter((image) => /^(https:\/\/|\/[^/\\])/.test(image));
}

// As bids stores uploaded pictures: 320, 800 and 1,600 wide, or as wide as they are; items name the widest.
const STORED = /^(\/pictures\/[0-9a-f]{64}\/)([1-9][0-9]{0,4})\.webp$/;

/** The smallest stored size of a picture that fills so many pixels; a picture from elsewhere is itself. */
export function pictureOfWidth(image: string, pixels: number): string {
  const [, folder, widest] = STORED.exec(image) ?? [];
  const width = [320, 800].find((size) => size >= pixels && size < Number(widest));
  return folder && width ? `${folder}${width}.webp` : image;
}
