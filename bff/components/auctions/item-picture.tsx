import { blankPicture, shownImages } from '../../server/pages/catalogue.ts';

/** An item's first picture. The address comes from its seller, so the page's own address is not told to that host. */
export function ItemPicture({ images, title }: { images: readonly string[]; title: string }) {
  const [first = blankPicture] = shownImages(images);
  return <img src={first} alt={title} width={400} height={300} loading="lazy" referrerPolicy="no-referrer" />;
}

/** The rest of an item's pictures. */
export function MorePictures({ images, title }: { images: readonly string[]; title: string }) {
  const more = shownImages(images).slice(1);
  if (more.length === 0) return null;
  return (
    <div className="more-pictures">
      {more.map((image, index) => (
        <img
          key={image}
          src={image}
          alt={`${title} (${index + 2})`}
          width={160}
          height={120}
          loading="lazy"
          referrerPolicy="no-referrer"
        />
      ))}
    </div>
  );
}
