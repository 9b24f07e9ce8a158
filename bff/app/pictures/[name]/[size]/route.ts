import { storedPicture } from '../../../../server/pictures.ts';

export const dynamic = 'force-dynamic';

/** An uploaded picture. The site's own drawings are files in public/pictures, and Next serves them. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ name: string; size: string }> },
): Promise<Response> {
  const { name, size } = await params;
  return storedPicture(`${name}/${size}`, request.signal);
}
