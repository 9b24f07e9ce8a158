import { flatCategories } from '@gavel/proto/categories';

export interface CategoryChoice {
  value: string;
  /** The category's name behind the names of its parents: "Clocks › Watches". */
  label: string;
}

const names = new Map(flatCategories().map(({ path, name }) => [path, name]));

/** The categories that the form for an item offers: those of the house, and the item's own. */
export function categoryChoices(current = ''): CategoryChoice[] {
  const paths = new Set([...names.keys(), ...(current === '' ? [] : [current])]);
  const choices = [...paths].map((value) => ({
    value,
    label: parentsOf(value).map(categoryLabel).join(' › '),
  }));
  return choices.sort((a, b) => a.label.localeCompare(b.label, 'en'));
}

/** "a/b/c" → "a", "a/b", "a/b/c". */
export function parentsOf(path: string): string[] {
  const tokens = path.split('/').filter((token) => token !== '');
  return tokens.map((_, i) => tokens.slice(0, i + 1).join('/'));
}

/** A category's name as shown: that of the house, or the last part of its path with a capital letter. */
export function categoryLabel(path: string): string {
  const name = names.get(path);
  if (name !== undefined) return name;
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

/** The stored sizes of a picture, as in `srcset`; undefined for a picture that has one size only. */
export function storedSizes(image: string): string | undefined {
  const [, folder, widest] = STORED.exec(image) ?? [];
  if (folder === undefined) return undefined;
  const widths = [...[320, 800].filter((size) => size < Number(widest)), Number(widest)];
  return widths.map((width) => `${folder}${width}.webp ${width}w`).join(', ');
}
