/** Categories that the pages offer. An item may carry another one; it is shown under its own name. */
export const categories = [
  'art',
  'books',
  'cameras',
  'clocks',
  'furniture',
  'music',
  'sports',
  'other',
] as const;

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
