import type { Category } from '@gavel/proto/gen/bids/v1/bids_pb';
import Link from 'next/link';
import { categoryLabel, parentsOf } from '../../model/catalogue.ts';
import { type Search, searchPath } from '../../model/search.ts';

interface CategoryNavProps {
  tree: readonly Category[];
  search: Search;
}

/** Links that filter the list by category: the top categories, and a row of children for the chosen one and each parent. */
export function CategoryNav({ tree, search }: CategoryNavProps) {
  const current = search.category;
  const known = current === '' || find(tree, current) !== undefined;
  const rows = [tree, ...parentsOf(current).map((path) => find(tree, path)?.children ?? [])];
  return (
    <nav aria-label="Categories">
      <div className="chips scroll">
        <CategoryLink path="" label="All" search={search} />
        {tree.map((category) => (
          <CategoryLink key={category.path} {...linkOf(category)} search={search} />
        ))}
        {!known && <CategoryLink path={current} label={categoryLabel(current)} search={search} />}
      </div>
      {rows.slice(1).map(
        (row) =>
          row.length > 0 && (
            <div className="chips scroll" key={row[0]?.path}>
              {row.map((category) => (
                <CategoryLink key={category.path} {...linkOf(category)} search={search} />
              ))}
            </div>
          ),
      )}
    </nav>
  );
}

function CategoryLink({ path, label, search }: { path: string; label: string; search: Search }) {
  const isCurrent = path === search.category;
  const isAbove = path !== '' && search.category.startsWith(`${path}/`);
  return (
    <Link
      href={searchPath(search, { category: path })}
      prefetch={false}
      aria-current={isCurrent ? 'page' : isAbove ? 'true' : undefined}
    >
      <bdi>{label}</bdi>
    </Link>
  );
}

function linkOf({ path, name, itemCount }: Category): { path: string; label: string } {
  return { path, label: `${name} ${itemCount}` };
}

function find(tree: readonly Category[], path: string): Category | undefined {
  for (const category of tree) {
    if (category.path === path) return category;
    if (path.startsWith(`${category.path}/`)) return find(category.children, path);
  }
  return undefined;
}
