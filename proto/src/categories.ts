/** A category that the house keeps. */
export interface HouseCategory {
  /** The value in items and filters: lower-case tokens separated by '/'. */
  readonly path: string;
  /** The name for people. */
  readonly name: string;
  /** Sorted by name. */
  readonly children: readonly HouseCategory[];
}

function category(path: string, name: string, children: readonly HouseCategory[] = []): HouseCategory {
  return { path, name, children };
}

/**
 * The categories that are navigation: ListCategories returns them and forms offer them, sorted by name. An item may have any other
 * category as well; it can be searched and filtered by, but nobody's free text becomes navigation.
 */
export const houseCategories: readonly HouseCategory[] = [
  category('art', 'Art', [category('art/ceramics', 'Ceramics'), category('art/paintings', 'Paintings')]),
  category('books', 'Books'),
  category('cameras', 'Cameras', [
    category('cameras/large-format', 'Large format'),
    category('cameras/medium-format', 'Medium format'),
    category('cameras/rangefinders', 'Rangefinders'),
  ]),
  category('clocks', 'Clocks', [
    category('clocks/carriage', 'Carriage'),
    category('clocks/longcase', 'Longcase'),
    category('clocks/watches', 'Watches'),
  ]),
  category('furniture', 'Furniture', [
    category('furniture/chairs', 'Chairs'),
    category('furniture/lamps', 'Lamps'),
  ]),
  category('music', 'Music', [
    category('music/gramophones', 'Gramophones'),
    category('music/guitars', 'Guitars'),
  ]),
  category('other', 'Other'),
  category('sports', 'Sports', [category('sports/bicycles', 'Bicycles')]),
];

/** All categories of a tree, each before its children. */
export function flatCategories(tree: readonly HouseCategory[] = houseCategories): HouseCategory[] {
  return tree.flatMap((each) => [each, ...flatCategories(each.children)]);
}
