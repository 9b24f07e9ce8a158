import Link from 'next/link';

/** Links to the next page of a list and back to its first page. */
export function Pager({ first, next, label }: { first?: string; next?: string; label: string }) {
  if (!first && !next) return null;
  return (
    <nav className="pager" aria-label={label}>
      {first && (
        <Link href={first} prefetch={false}>
          First page
        </Link>
      )}
      {next && (
        <Link href={next} prefetch={false} rel="next">
          Next page
        </Link>
      )}
    </nav>
  );
}
