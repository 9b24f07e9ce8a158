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

/** A category's name for people: its token with a capital. */
export function categoryLabel(category: string): string {
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
