import Link from 'next/link';

export default function ItemNotFound() {
  return (
    <>
      <h1>There is no such item</h1>
      <p>
        It may have been mistyped. <Link href="/">See the running auctions</Link>
      </p>
    </>
  );
}
