import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { createPictureEncoder, encoderLimits } from './picture-encoder.ts';

const encoder = createPictureEncoder();
const others: { stop(): Promise<void> }[] = [encoder];
afterAll(async () => {
  for (const each of others) await each.stop();
});

function encoderWith(limits: Partial<typeof encoderLimits>) {
  const limited = createPictureEncoder({ ...encoderLimits, ...limits });
  others.push(limited);
  return limited;
}

/** A picture with a different colour in each half, so that its rotation is visible. */
function drawing(width: number, height: number) {
  const left = { create: { width: Math.ceil(width / 2), height, channels: 3 as const, background: '#f00' } };
  const canvas = { create: { width, height, channels: 3 as const, background: '#00f' } };
  return sharp(canvas).composite([{ input: left, left: 0, top: 0 }]);
}

async function encoded(bytes: Uint8Array) {
  const outcome = await encoder.encode(bytes);
  if (!outcome.ok) throw new Error(`${outcome.reason}: ${outcome.message}`);
  return outcome.value;
}

describe('an uploaded picture', () => {
  it.each(['jpeg', 'png', 'webp', 'gif', 'avif'] as const)('is converted to WebP from %s', async (format) => {
    const sizes = await encoded(await drawing(400, 200).toFormat(format).toBuffer());
    expect(sizes.map(({ width, height }) => [width, height])).toEqual([
      [320, 160],
      [400, 200],
    ]);
    for (const size of sizes) {
      expect(await sharp(size.bytes).metadata()).toMatchObject({ format: 'webp', width: size.width });
    }
  });

  it('is never enlarged, and never larger than a screen', async () => {
    const widths = async (width: number) =>
      (await encoded(await drawing(width, 100).png().toBuffer())).map((size) => size.width);
    expect(await widths(64)).toEqual([64]);
    expect(await widths(320)).toEqual([320]);
    expect(await widths(2_000)).toEqual([320, 800, 1_600]);
  });

  it('fits into a square of 1,600 pixels', async () => {
    const sizes = await encoded(await drawing(1_600, 16_383).jpeg().toBuffer());
    expect(sizes.map(({ width, height }) => [width, height])).toEqual([[156, 1_600]]);
    const portrait = await encoded(await drawing(3_000, 4_000).jpeg().toBuffer());
    expect(portrait.map(({ width, height }) => [width, height])).toEqual([
      [320, 427],
      [800, 1_067],
      [1_200, 1_600],
    ]);
  });

  it('is upright and has no metadata such as place and camera', async () => {
    const exif = {
      IFD0: { Model: 'Secret camera' },
      IFD3: { GPSLatitude: '52/1 30/1 0/1', GPSLatitudeRef: 'N' },
    };
    const sent = await drawing(40, 20).jpeg().withMetadata({ orientation: 6 }).withExifMerge(exif).toBuffer();
    expect((await sharp(sent).metadata()).exif).toBeDefined();
    const [size] = await encoded(sent);
    expect(size).toMatchObject({ width: 20, height: 40 });
    const metadata = await sharp(size?.bytes).metadata();
    expect([metadata.exif, metadata.icc, metadata.xmp, metadata.iptc]).toEqual(Array(4).fill(undefined));
    expect(Buffer.from(size?.bytes ?? []).includes('Secret')).toBe(false);
  });
});

describe('an upload that is not an acceptable picture', () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';

  it.each([
    ['text', Buffer.from('no picture at all')],
    ['one byte', Buffer.from([0xff])],
    ['SVG', Buffer.from(svg)],
    ['PDF', Buffer.from('%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF')],
    ['an HTML page', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ])('is refused: %s', async (_, bytes) => {
    expect(await encoder.encode(bytes)).toEqual({
      ok: false,
      reason: 'PICTURE_TYPE_UNKNOWN',
      message: 'not a picture: not JPEG, PNG, WebP, AVIF or GIF',
    });
  });

  it('is refused: TIFF, which browsers do not show', async () => {
    const tiff = await drawing(10, 10).tiff().toBuffer();
    expect(await encoder.encode(tiff)).toMatchObject({ ok: false, reason: 'PICTURE_TYPE_UNKNOWN' });
  });

  it('is refused when it is truncated', async () => {
    const whole = await drawing(600, 600).jpeg().toBuffer();
    const half = whole.subarray(0, whole.length / 2);
    expect(await encoder.encode(half)).toEqual({
      ok: false,
      reason: 'PICTURE_UNREADABLE',
      message: 'the picture is damaged, or decoding it takes too much memory',
    });
  });

  it('is refused without decoding when a small file contains a huge picture', async () => {
    // 60 million pixels in a few kilobytes: the header is enough to refuse it.
    const bomb = await sharp({ create: { width: 10_000, height: 6_000, channels: 3, background: '#fff' } })
      .png({ palette: true, compressionLevel: 9 })
      .toBuffer();
    expect(bomb.length).toBeLessThan(200_000);
    expect(await encoder.encode(bomb)).toMatchObject({ ok: false, reason: 'PICTURE_TOO_LARGE' });
  });
});

describe('the process that encodes', () => {
  it('refuses more pictures than may wait, and encodes the others one by one', async () => {
    const small = encoderWith({ waiting: 1 });
    const bytes = await drawing(400, 200).png().toBuffer();
    const answers = await Promise.all([1, 2, 3].map(() => small.encode(bytes)));
    expect(answers.map((answer) => (answer.ok ? 'encoded' : answer.reason))).toEqual([
      'encoded',
      'encoded',
      'RATE_LIMITED',
    ]);
    expect(answers[2]).toMatchObject({ metadata: { retry_after_seconds: '5' } });
    expect(await small.encode(bytes)).toMatchObject({ ok: true });
  });

  it('refuses a picture that takes too long', async () => {
    const hasty = encoderWith({ encodeMs: 1 });
    const bytes = await drawing(400, 200).png().toBuffer();
    expect(await hasty.encode(bytes)).toMatchObject({ ok: false, reason: 'PICTURE_UNREADABLE' });
    expect(await encoder.encode(bytes)).toMatchObject({ ok: true });
  });

  it('has no more memory than its limit, and refuses a picture that needs more', async () => {
    const small = encoderWith({ memoryMiB: 30 });
    const progressive = await drawing(4_000, 4_000).jpeg({ progressive: true }).toBuffer();
    expect(await small.encode(progressive)).toMatchObject({ ok: false, reason: 'PICTURE_UNREADABLE' });
    expect(await small.encode(await drawing(400, 200).png().toBuffer())).toMatchObject({ ok: true });
    expect(await encoded(progressive)).toHaveLength(3);
  });
});
