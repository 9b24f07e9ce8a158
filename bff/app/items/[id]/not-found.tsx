import Link from 'next/link';

export default function ItemNotFound() {
  return (
    <>
      <h1>Item not found</h1>
      <p>
        Please check the link. <Link href="/">See live auctions</Link>
      </p>
    </>
  );
}
