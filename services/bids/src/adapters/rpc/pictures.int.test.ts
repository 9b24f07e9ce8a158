import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BidsUnderTest, startBidsUnderTest, type Visitor } from '../../testing/bids-under-test.ts';

let bids: BidsUnderTest;
beforeAll(async () => {
  bids = await startBidsUnderTest();
});
afterAll(() => bids?.stop());

function picture(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 };
  return sharp({ create: { width, height, channels: 3, background: '#888', noise } })
    .jpeg()
    .toBuffer();
}

function upload(visitor: Visitor, bytes: Uint8Array) {
  return visitor.call('UploadPicture', { data: Buffer.from(bytes).toString('base64') }, 'PictureService');
}

describe('uploading a picture', () => {
  it('stores its sizes, which the service serves as immutable and an item may list', async () => {
    const seller = await bids.newUser();
    const { status, body } = await upload(seller, await picture(1000, 500));
    expect(status).toBe(200);
    expect(body.sizes.map((size: { width: number }) => size.width)).toEqual([320, 800, 1000]);
    expect(body.path).toBe(body.sizes.at(-1).path);
    for (const { path, width, height } of body.sizes) {
      const shown = await fetch(bids.url + path);
      expect(shown.status).toBe(200);
      expect(shown.headers.get('content-type')).toBe('image/webp');
      expect(shown.headers.get('cache-control')).toContain('immutable');
      expect(await sharp(await shown.bytes()).metadata()).toMatchObject({ width, height });
    }
    expect((await bids.createItem(seller, { images: [body.path] })).images).toEqual([body.path]);
  });

  it('answers with the same path for the same picture', async () => {
    const bytes = await picture(300, 300);
    const [one, two] = [await upload(await bids.newUser(), bytes), await upload(await bids.newUser(), bytes)];
    expect(one.body).toEqual(two.body);
  });

  it('accepts a picture of nearly 10 MiB', async () => {
    const large = await sharp(await picture(2_600, 2_000))
      .png({ compressionLevel: 0 })
      .toBuffer();
    const padded = Buffer.concat([large, Buffer.alloc(Math.max(0, 10 * 1024 * 1024 - large.length))]);
    const sent = padded.length > 10 * 1024 * 1024 ? await picture(4_000, 3_000) : padded;
    expect((await upload(await bids.newUser(), sent)).status).toBe(200);
  });

  it.each([
    ['text', Buffer.from('hello'), 'PICTURE_TYPE_UNKNOWN'],
    ['no bytes', Buffer.alloc(0), 'INVALID_FIELD'],
    ['11 MiB', Buffer.alloc(11 * 1024 * 1024 - 1), 'INVALID_FIELD'],
    ['a request above the size limit', Buffer.alloc(12 * 1024 * 1024), 'MALFORMED_REQUEST'],
  ])('refuses %s', async (_, bytes, reason) => {
    expect((await upload(await bids.newUser(), bytes)).error).toMatchObject({ reason });
  });

  it('requires a signed-in caller', async () => {
    expect((await upload(bids.anonymous, await picture(10, 10))).error?.reason).toBe('UNAUTHENTICATED');
  });
});

describe('requesting a picture', () => {
  it.each(['', '..%2f..%2fetc%2fpasswd', '../../etc/passwd', `${'0'.repeat(64)}/320.webp`, 'x/320.webp'])(
    'that does not exist answers 404: %s',
    async (key) => {
      expect((await fetch(`${bids.url}/pictures/${key}`)).status).toBe(404);
    },
  );
});
