//! From a picture that somebody sent to the picture that we keep: checked before it is unpacked, cut to a square, drawn
//! anew, so that nothing of the file itself is served.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView as _, ImageDecoder as _, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use crate::error::{Error, Result};

/// Side of the kept picture, in pixels.
const SIDE: u32 = 256;
/// Pixels that a picture may have: more than the camera of a telephone makes.
const PIXELS: u64 = 50_000_000;
/// Bytes that unpacking may take.
const MEMORY: u64 = 160_000_000;
const QUALITY: u8 = 86;

/// Reads PNG, JPEG or WebP and draws it as a JPEG of 256 × 256 pixels without metadata. Slow: not for async threads.
pub fn draw(bytes: &[u8]) -> Result<Vec<u8>> {
    if bytes.is_empty() {
        return Err(Error::field("file", "required", "Choose a picture."));
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| broken())?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(Error::field("file", "invalid", "This is not a PNG, JPEG or WebP picture."));
    }
    let mut decoder = reader.into_decoder().map_err(|_| broken())?;
    // Said by the head of the file, before anything is unpacked: a small file can hold a huge picture.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        let message = format!("This picture has {width} × {height} pixels, which is too much. Make it smaller first.");
        return Err(Error::field("file", "too_large", message));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    decoder.set_limits(limits).map_err(|_| broken())?;
    let orientation = decoder.orientation().map_err(|_| broken())?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| broken())?;
    picture = square(&picture);
    picture.apply_orientation(orientation);
    let mut kept = Vec::new();
    on_white(&picture)
        .write_with_encoder(JpegEncoder::new_with_quality(&mut kept, QUALITY))
        .map_err(Error::internal)?;
    Ok(kept)
}

/// The middle of the picture, made small in two steps: roughly, which is quick, and then well.
fn square(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let middle = picture.crop_imm((width - side) / 2, (height - side) / 2, side, side);
    let rough = if side > SIDE * 4 { middle.thumbnail_exact(SIDE * 2, SIDE * 2) } else { middle };
    rough.resize_exact(SIDE, SIDE, FilterType::CatmullRom)
}

/// What can be seen through becomes white, since JPEG knows no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let mut flat = RgbImage::from_pixel(SIDE, SIDE, Rgb([255; 3]));
    for (x, y, pixel) in picture.to_rgba8().enumerate_pixels() {
        let [red, green, blue, alpha] = pixel.0.map(u16::from);
        let mix = |channel: u16| u8::try_from((channel * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        flat.put_pixel(x, y, Rgb([mix(red), mix(green), mix(blue)]));
    }
    flat
}

fn broken() -> Error {
    Error::field("file", "invalid", "This picture is damaged or cut off. Choose another.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::new_rgba8(width, height);
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).expect("written");
        bytes
    }

    fn code(bytes: &[u8]) -> String {
        match draw(bytes) {
            Err(Error::Validation(errors)) => errors[0].code.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_picture_becomes_a_small_square_on_white() {
        for bytes in [png(1, 1), png(300, 40), png(1_500, 2_000)] {
            let kept =
                image::load_from_memory_with_format(&draw(&bytes).expect("drawn"), ImageFormat::Jpeg).expect("read");
            assert_eq!(kept.dimensions(), (SIDE, SIDE));
            assert_eq!(kept.get_pixel(128, 128).0, [255; 4]);
        }
    }

    #[test]
    fn what_is_no_picture_is_told_plainly() {
        assert_eq!(code(b""), "required");
        assert_eq!(code(b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"), "invalid");
        assert_eq!(code(b"GIF89a\x01\x00\x01\x00"), "invalid");
        let whole = png(64, 64);
        assert_eq!(code(&whole[..whole.len() / 2]), "invalid");
    }

    #[test]
    fn a_bomb_is_refused_by_its_head() {
        // The head says 60,000 × 60,000; nothing of it is unpacked.
        let mut bomb = png(1, 1);
        bomb[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        let checksum = crc32(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
        assert_eq!(code(&bomb), "too_large");
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
        })
    }
}
