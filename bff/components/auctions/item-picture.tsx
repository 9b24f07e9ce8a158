import { blankPicture, shownImages } from '../../server/pages/catalogue.ts';
import { Picture } from '../page/picture.tsx';

/** An item's first picture, or a blank one. */
export function ItemPicture({ images, title }: { images: readonly string[]; title: string }) {
  const [first = blankPicture] = shownImages(images);
  return <Picture src={first} alt={title} width={400} height={300} />;
}

/** The rest of an item's pictures. */
export function MorePictures({ images, title }: { images: readonly string[]; title: string }) {
  const more = shownImages(images).slice(1);
  if (more.length === 0) return null;
  return (
    <div className="more-pictures">
      {more.map((image, index) => (
        <Picture key={image} src={image} alt={`${title} (${index + 2})`} width={160} height={120} />
      ))}
    </div>
  );
}
