import { blankPicture, pictureOfWidth, shownImages } from '../../model/catalogue.ts';

interface PictureProps {
  src: string;
  /** Empty when a text beside the picture says the same. */
  alt: string;
  width: number;
  height: number;
  /** The stored sizes to choose from, as in `srcset`, and how wide it is shown. */
  sizes?: { stored: string | undefined; shown: string };
  /** True for the largest picture that a page shows at once: it is loaded first. */
  first?: boolean;
}

/** A picture from any site. Its server does not learn which page shows it. */
export function Picture({ src, alt, width, height, sizes, first = false }: PictureProps) {
  return (
    // biome-ignore lint/performance/noImgElement: next/image would fetch pictures of any host through this server.
    <img
      src={src}
      srcSet={sizes?.stored}
      sizes={sizes?.stored && sizes.shown}
      alt={alt}
      width={width}
      height={height}
      loading={first ? 'eager' : 'lazy'}
      fetchPriority={first ? 'high' : undefined}
      referrerPolicy="no-referrer"
    />
  );
}

/** An item's first picture, or a blank one, beside a text that says what it shows. */
export function ItemPicture({ images }: { images: readonly string[] }) {
  const [first = blankPicture] = shownImages(images);
  return <Picture src={pictureOfWidth(first, 800)} alt="" width={400} height={300} />;
}
