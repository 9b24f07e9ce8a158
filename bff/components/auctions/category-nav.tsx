import Link from 'next/link';
import { categories, categoryLabel } from '../../server/pages/catalogue.ts';
import { pathWith } from '../../server/pages/query.ts';

/** Narrows the list to one category. */
export function CategoryNav({ current }: { current: string }) {
  const known: readonly string[] = categories;
  const shown = current === '' || known.includes(current) ? known : [...known, current];
  return (
    <nav className="categories" aria-label="Categories">
      {['', ...shown].map((category) => (
        <Link
          key={category}
          href={pathWith('/', { category })}
          prefetch={false}
          aria-current={category === current ? 'page' : undefined}
        >
          {category === '' ? 'All' : categoryLabel(category)}
        </Link>
      ))}
    </nav>
  );
}
