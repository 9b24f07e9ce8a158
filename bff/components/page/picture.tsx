interface PictureProps {
  src: string;
  /** Empty where a text beside it says the same. */
  alt: string;
  width: number;
  height: number;
}

/** A picture from wherever its seller put it. That host is not told which page shows it. */
export function Picture({ src, alt, width, height }: PictureProps) {
  return (
    // biome-ignore lint/performance/noImgElement: next/image would fetch pictures of any host through this server.
    <img src={src} alt={alt} width={width} height={height} loading="lazy" referrerPolicy="no-referrer" />
  );
}
