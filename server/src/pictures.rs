//! Converts an uploaded picture into the one that we store: checked before it is decoded, and re-encoded, so that
//! nothing of the file itself is served.

use std::io::Cursor;

/// Size limit in bytes, enough for a photo from a camera.
pub const PICTURE: usize = 2_000_000;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::imageops::{FilterType, thumbnail};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, GenericImageView as _, ImageDecoder as _, ImageEncoder as _, ImageFormat,
    ImageReader, Limits, Rgb, RgbImage,
};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::http::Raw;
use crate::secrets::sha256_hex;

/// Side of a person's picture, in pixels.
const SIDE: u32 = 256;
/// Bounding box of a logo, in pixels: twice its displayed size.
const LOGO: (u32, u32) = (480, 120);
/// Pixel limit: what phone cameras produce by default, and few pictures of [`PICTURE`] bytes have as many.
const PIXELS: u64 = 12_500_000;
/// Limit for the pixels of a decoded picture, in bytes.
const MEMORY: u64 = 50_000_000;
const QUALITY: u8 = 86;

/// Pictures decoded at once: one can take up to [`MEMORY`] for a moment.
static DRAWING: Semaphore = Semaphore::const_new(1);

/// How a picture is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawing {
    /// A person: the centre of the picture, a JPEG of 256 × 256 pixels on white.
    Portrait,
    /// A logo: the whole picture, a PNG of at most 480 × 120 pixels that keeps transparency.
    Logo,
}

/// A picture encoded by this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// SHA-256 of `content`, in hex.
    pub hash: String,
    pub content: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Decodes PNG, JPEG or WebP and re-encodes it without metadata, on a separate thread, one at a time.
///
/// # Errors
/// A validation error of the field `file`: it is empty, not such a picture, damaged, or too large.
pub async fn draw(file: Raw, drawing: Drawing) -> Result<Drawn> {
    let turn = DRAWING.acquire().await.map_err(Error::internal)?;
    // The decoding permit and the upload slot move into the task: it continues if the client disconnects.
    let work = move || {
        let _turn = turn;
        drawn(&file.bytes, drawing)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

fn drawn(bytes: &[u8], drawing: Drawing) -> Result<Drawn> {
    let (picture, orientation) = read(bytes)?;
    let mut content = Vec::new();
    let (width, height) = match drawing {
        Drawing::Portrait => {
            let mut picture = square(&picture);
            picture.apply_orientation(orientation);
            let encoder = JpegEncoder::new_with_quality(&mut content, QUALITY);
            on_white(&picture).write_with_encoder(encoder).map_err(Error::internal)?;
            (SIDE, SIDE)
        }
        Drawing::Logo => {
            let picture = fitted(picture, orientation).to_rgba8();
            let (width, height) = picture.dimensions();
            PngEncoder::new_with_quality(&mut content, CompressionType::Best, PngFilter::Adaptive)
                .write_image(&picture, width, height, ExtendedColorType::Rgba8)
                .map_err(Error::internal)?;
            (width, height)
        }
    };
    Ok(Drawn { hash: sha256_hex(&content), content, width, height })
}

/// The decoded picture, and its orientation.
fn read(bytes: &[u8]) -> Result<(DynamicImage, Orientation)> {
    if bytes.is_empty() {
        return Err(Error::field("file", "required", "Choose a picture."));
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| broken())?;
    if !matches!(reader.format(), Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) {
        return Err(Error::field("file", "invalid", "This is not a PNG, JPEG or WebP picture."));
    }
    // Its decoder keeps several pictures at once.
    if reader.format() == Some(ImageFormat::WebP)
        && WebPDecoder::new(Cursor::new(bytes)).map_err(|_| broken())?.has_animation()
    {
        return Err(Error::field("file", "invalid", "This picture is animated. Choose one that is not."));
    }
    let mut decoder = reader.into_decoder().map_err(|_| broken())?;
    // Read from the file header, before anything is decoded: a small file can contain a huge picture.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        let message = format!("This picture is too large: {width} × {height} pixels. Make it smaller first.");
        return Err(Error::field("file", "too_large", message));
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    decoder.set_limits(limits).map_err(|_| broken())?;
    let orientation = decoder.orientation().map_err(|_| broken())?;
    Ok((DynamicImage::from_decoder(decoder).map_err(|_| broken())?, orientation))
}

/// The centre of the picture, downscaled in two steps: roughly, which is fast, and then with high quality.
fn square(picture: &DynamicImage) -> DynamicImage {
    let (width, height) = picture.dimensions();
    let side = width.min(height);
    let (x, y) = ((width - side) / 2, (height - side) / 2);
    // A large picture is seen through a window: a copy of its centre could be as large as the picture.
    let rough = if side > SIDE * 4 {
        DynamicImage::ImageRgba8(thumbnail(&*picture.view(x, y, side, side), SIDE * 2, SIDE * 2))
    } else {
        picture.crop_imm(x, y, side, side)
    };
    rough.resize_exact(SIDE, SIDE, FilterType::CatmullRom)
}

/// The whole picture, fitted to the size of a logo; a smaller one keeps its size.
fn fitted(picture: DynamicImage, orientation: Orientation) -> DynamicImage {
    let (width, height) = picture.dimensions();
    // Downscaled before it is rotated, which copies it; either side can become the long one.
    let rough = LOGO.0 * 2;
    let mut picture = if width > rough * 2 || height > rough * 2 { picture.thumbnail(rough, rough) } else { picture };
    picture.apply_orientation(orientation);
    let (width, height) = picture.dimensions();
    if width <= LOGO.0 && height <= LOGO.1 {
        return picture;
    }
    picture.resize(LOGO.0, LOGO.1, FilterType::CatmullRom)
}

/// Transparency becomes white, because JPEG has none.
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
    Error::field("file", "invalid", "This picture is damaged or incomplete. Choose another.")
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
        match drawn(bytes, Drawing::Portrait) {
            Err(Error::Validation(errors)) => errors[0].code.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_picture_becomes_a_small_square_on_white() {
        for bytes in [png(1, 1), png(300, 40), png(1_500, 2_000)] {
            let drawn = drawn(&bytes, Drawing::Portrait).expect("drawn");
            let kept = image::load_from_memory_with_format(&drawn.content, ImageFormat::Jpeg).expect("read");
            assert_eq!(kept.dimensions(), (SIDE, SIDE));
            assert_eq!(kept.get_pixel(128, 128).0, [255; 4]);
        }
    }

    #[test]
    fn a_logo_keeps_its_form_and_what_can_be_seen_through() {
        for (of, to) in [((1, 1), (1, 1)), ((480, 120), (480, 120)), ((4_000, 500), (480, 60)), ((50, 3_000), (2, 120))]
        {
            let drawn = drawn(&png(of.0, of.1), Drawing::Logo).expect("drawn");
            assert_eq!((drawn.width, drawn.height), to);
            let kept = image::load_from_memory_with_format(&drawn.content, ImageFormat::Png).expect("read");
            assert_eq!((kept.dimensions(), kept.get_pixel(0, 0).0[3]), (to, 0));
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
        // The header says 60,000 × 60,000; nothing of it is decoded.
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
