import { storedPicture } from '../../../../server/pages/stored-picture.ts';

export const dynamic = 'force-dynamic';

/** A picture that somebody uploaded. Drawings of our own are files in public/pictures and never come here. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ name: string; size: string }> },
): Promise<Response> {
  const { name, size } = await params;
  return storedPicture(`${name}/${size}`, request.signal);
}
