//! Converts an uploaded picture into the one that we store: checked before it is decoded, and re-encoded, so that
//! nothing of the file itself is served.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::imageops::{FilterType, thumbnail};
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, GenericImageView as _, ImageDecoder as _, ImageEncoder as _, ImageFormat,
    ImageReader, Limits, Rgb, RgbImage, RgbaImage,
};
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::http::{Attached, Raw};
use crate::secrets::sha256_hex;

/// Size limit in bytes of a portrait or a logo.
pub const PICTURE: usize = 2_000_000;
/// Size limit in bytes of a picture in a text: a photo as phones take it.
pub const PHOTO: usize = 8_000_000;

/// Side of a person's picture, in pixels.
const SIDE: u32 = 256;
/// Bounding box of a logo, in pixels: twice its displayed size.
const LOGO: (u32, u32) = (480, 120);
/// Bounding box of a picture in a text, in pixels: twice the width of a column.
const FIGURE: (u32, u32) = (1_600, 2_400);
/// Longest side of a picture that somebody sends, in pixels, and of its preview.
const SENT: u32 = 2_560;
pub const PREVIEW: u32 = 640;
/// Pixel limit: what phone cameras produce by default, and few pictures of [`PICTURE`] bytes have as many.
const PIXELS: u64 = 12_500_000;
/// Limit for the pixels of a decoded picture, in bytes.
const MEMORY: u64 = 50_000_000;
/// Limit for what is unpacked of a file before its size is known, such as a colour profile, which is not kept anyway.
const HEAD: u64 = 4_000_000;
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
    /// A picture in a text: the whole picture, at most 1600 pixels wide and 2400 high. A JPEG, unless a PNG is smaller or
    /// the picture has transparency.
    Figure,
}

/// A picture that somebody sends, at two sizes.
#[derive(Debug)]
pub struct Sent {
    /// The whole picture, at most 2,560 pixels on its longest side.
    pub picture: Drawn,
    /// At most 640 pixels on its longest side; none if the picture itself is no larger.
    pub preview: Option<Drawn>,
}

/// The name of a stored picture, which says how large it is: pages keep its place free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PictureName {
    /// Address on this server.
    pub url: String,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl PictureName {
    /// Where pictures are served.
    pub const FOLDER: &str = "/pictures";

    /// Reads `480x120-` and 64 hexadecimal digits; none for anything else.
    pub fn read(name: &str) -> Option<Self> {
        let (size, hash) = name.split_once('-')?;
        let (width, height) = size.split_once('x')?;
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| (1..=4_096).contains(number));
        let good = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let (width, height) = (number(width)?, number(height)?);
        good.then(|| Self { url: format!("{}/{name}", Self::FOLDER), width, height })
    }
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

impl Drawn {
    /// The name under which it is stored.
    pub fn name(&self) -> String {
        format!("{}x{}-{}", self.width, self.height, self.hash)
    }
}

/// The media type of a picture that this program encoded.
pub fn media_type(content: &[u8]) -> &'static str {
    if content.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" }
}

/// Decodes PNG, JPEG or WebP and re-encodes it without metadata.
///
/// # Errors
/// A validation error of the field `file`: it is empty, not such a picture, damaged, or too large.
pub async fn draw(file: Raw, drawing: Drawing) -> Result<Drawn> {
    in_turn(file, move |file| drawn(&file.bytes, drawing)).await
}

/// The same for a picture that somebody sends.
///
/// # Errors
/// The same.
pub async fn draw_sent(file: Attached) -> Result<Sent> {
    in_turn(file, |file| sent(&file.bytes)).await
}

/// Does the work on a separate thread, one at a time. The permit and the file with its upload slot move into the task: it
/// continues if the client disconnects.
async fn in_turn<F, T>(file: F, work: impl FnOnce(&F) -> Result<T> + Send + 'static) -> Result<T>
where
    F: Send + 'static,
    T: Send + 'static,
{
    let turn = DRAWING.acquire().await.map_err(Error::internal)?;
    let work = move || {
        let (_turn, file) = (turn, file);
        work(&file)
    };
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}

fn sent(bytes: &[u8]) -> Result<Sent> {
    let (picture, orientation, format) = read(bytes)?;
    let picture = fitted(picture, orientation, (SENT, SENT));
    let whole = encoded(&picture, format)?;
    let (width, height) = picture.dimensions();
    let preview = if width.max(height) > PREVIEW {
        let small = fitted(picture, Orientation::NoTransforms, (PREVIEW, PREVIEW)).to_rgba8();
        // Both have one media type.
        let content = if media_type(&whole.content) == "image/png" { as_png(&small)? } else { as_jpeg(small.clone())? };
        Some(Drawn { hash: sha256_hex(&content), content, width: small.width(), height: small.height() })
    } else {
        None
    };
    Ok(Sent { picture: whole, preview })
}

/// As a JPEG, unless a PNG is smaller or the picture has transparency. `format`: of the file that it was.
fn encoded(picture: &DynamicImage, format: ImageFormat) -> Result<Drawn> {
    let picture = picture.to_rgba8();
    let (width, height) = picture.dimensions();
    let opaque = picture.pixels().all(|pixel| pixel.0[3] == u8::MAX);
    // Photos are never smaller as PNG; screenshots and drawings often are.
    let exact = if !opaque || format == ImageFormat::Png { Some(as_png(&picture)?) } else { None };
    let photo = if opaque { Some(as_jpeg(picture)?) } else { None };
    let content = match (exact, photo) {
        (Some(exact), Some(photo)) if photo.len() < exact.len() => photo,
        (Some(exact), _) => exact,
        (None, photo) => photo.unwrap_or_default(),
    };
    Ok(Drawn { hash: sha256_hex(&content), content, width, height })
}

fn as_png(picture: &RgbaImage) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    PngEncoder::new_with_quality(&mut content, CompressionType::Default, PngFilter::Adaptive)
        .write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgba8)
        .map_err(Error::internal)?;
    Ok(content)
}

fn as_jpeg(picture: RgbaImage) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let flat = DynamicImage::ImageRgba8(picture).into_rgb8();
    flat.write_with_encoder(JpegEncoder::new_with_quality(&mut content, QUALITY)).map_err(Error::internal)?;
    Ok(content)
}

fn drawn(bytes: &[u8], drawing: Drawing) -> Result<Drawn> {
    let (picture, orientation, format) = read(bytes)?;
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
            let picture = fitted(picture, orientation, LOGO).to_rgba8();
            let (width, height) = picture.dimensions();
            PngEncoder::new_with_quality(&mut content, CompressionType::Best, PngFilter::Adaptive)
                .write_image(&picture, width, height, ExtendedColorType::Rgba8)
                .map_err(Error::internal)?;
            (width, height)
        }
        Drawing::Figure => return encoded(&fitted(picture, orientation, FIGURE), format),
    };
    Ok(Drawn { hash: sha256_hex(&content), content, width, height })
}

/// The decoded picture, its orientation, and the format of the file.
fn read(bytes: &[u8]) -> Result<(DynamicImage, Orientation, ImageFormat)> {
    if bytes.is_empty() {
        return Err(Error::field("file", "required", "Choose a picture."));
    }
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| broken())?;
    let Some(format @ (ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP)) = reader.format() else {
        return Err(Error::field("file", "invalid", "This is not a PNG, JPEG or WebP picture."));
    };
    // Its decoder keeps several pictures at once.
    if format == ImageFormat::WebP && WebPDecoder::new(Cursor::new(bytes)).map_err(|_| broken())?.has_animation() {
        return Err(Error::field("file", "invalid", "This picture is animated. Choose one that is not."));
    }
    let up_to = |bytes| {
        let mut limits = Limits::default();
        limits.max_alloc = Some(bytes);
        limits
    };
    reader.limits(up_to(HEAD));
    let mut decoder = reader.into_decoder().map_err(|_| broken())?;
    // Read from the file header, before anything is decoded: a small file can contain a huge picture.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PIXELS || decoder.total_bytes() > MEMORY {
        let message = format!("This picture is too large: {width} × {height} pixels. Make it smaller first.");
        return Err(Error::field("file", "too_large", message));
    }
    decoder.set_limits(up_to(MEMORY)).map_err(|_| broken())?;
    let orientation = decoder.orientation().map_err(|_| broken())?;
    Ok((DynamicImage::from_decoder(decoder).map_err(|_| broken())?, orientation, format))
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

/// The whole picture, fitted into a box; a smaller one keeps its size.
fn fitted(picture: DynamicImage, orientation: Orientation, room: (u32, u32)) -> DynamicImage {
    use Orientation as O;
    // Downscaled before it is rotated, which copies it.
    let lies = matches!(orientation, O::Rotate90 | O::Rotate270 | O::Rotate90FlipH | O::Rotate270FlipH);
    let (across, down) = if lies { (room.1, room.0) } else { room };
    let (width, height) = picture.dimensions();
    let rough = across.max(down) * 2;
    let mut picture = if width > rough * 2 || height > rough * 2 { picture.thumbnail(rough, rough) } else { picture };
    let (width, height) = picture.dimensions();
    if width > across || height > down {
        // The better filter computes with sixteen bytes for each pixel: only for small pictures.
        let small = across.max(down) <= 1_000;
        picture =
            if small { picture.resize(across, down, FilterType::CatmullRom) } else { picture.thumbnail(across, down) };
    }
    picture.apply_orientation(orientation);
    picture
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
    fn a_figure_is_as_large_as_a_text_needs_and_of_the_smaller_kind() {
        let large = drawn(&png(3_200, 800), Drawing::Figure).expect("drawn");
        assert_eq!((large.width, large.height, media_type(&large.content)), (1_600, 400, "image/png"));
        let name = PictureName::read(&large.name()).expect("a name");
        assert_eq!((name.url, name.width, name.height), (format!("/pictures/{}", large.name()), 1_600, 400));
        // Noise, as in a photo; each pixel is opaque.
        let photo = RgbImage::from_fn(200, 100, |x, y| {
            let mixed = (x.wrapping_mul(374_761_393) ^ y.wrapping_mul(668_265_263)).wrapping_mul(1_274_126_177);
            Rgb([8, 14, 20].map(|shift| u8::try_from((mixed >> shift) & 255).unwrap_or(0)))
        });
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let mut bytes = Vec::new();
            photo.write_to(&mut Cursor::new(&mut bytes), format).expect("written");
            let small = drawn(&bytes, Drawing::Figure).expect("drawn");
            assert_eq!((small.width, small.height, media_type(&small.content)), (200, 100, "image/jpeg"));
        }
    }

    #[test]
    fn a_picture_that_is_sent_has_two_sizes_and_keeps_transparency() {
        let large = sent(&png(900, 90)).expect("drawn");
        let preview = large.preview.expect("a preview");
        assert_eq!((large.picture.width, large.picture.height), (900, 90));
        assert_eq!((preview.width, preview.height), (PREVIEW, 64));
        assert!([&large.picture, &preview].iter().all(|it| media_type(&it.content) == "image/png"));
        assert_eq!(sent(&png(PREVIEW, 90)).expect("drawn").preview, None);
    }

    #[test]
    fn a_preview_has_the_media_type_of_its_picture() {
        // As large drawings of few colours are smaller as PNG and their previews as JPEG, and noise the other way.
        for noise in [0, 255_u32] {
            let picture = RgbImage::from_fn(900, 700, |x, y| {
                let dot = |by: u32| {
                    u8::try_from((((x * by) ^ (y * 31)).wrapping_mul(2_654_435_761) >> 24) & noise).unwrap_or(0)
                };
                Rgb([dot(7), dot(11), dot(13)])
            });
            let mut content = Vec::new();
            PngEncoder::new(&mut content).write_image(&picture, 900, 700, ExtendedColorType::Rgb8).expect("a picture");
            let sent = sent(&content).expect("drawn");
            let preview = sent.preview.expect("a preview");
            assert_eq!(media_type(&preview.content), media_type(&sent.picture.content), "noise {noise}");
        }
    }

    #[test]
    fn a_name_says_how_large_its_picture_is() {
        let hash = "0123456789abcdef".repeat(4);
        let read = PictureName::read(&format!("480x60-{hash}")).expect("a name");
        assert_eq!((read.url, read.width, read.height), (format!("/pictures/480x60-{hash}"), 480, 60));
        for name in [
            "",
            "x",
            &hash,
            &format!("0x60-{hash}"),
            &format!("480x-{hash}"),
            &format!("480x60-{}", hash.to_uppercase()),
            &format!("480x60-../{hash}"),
        ] {
            assert_eq!(PictureName::read(name), None, "{name}");
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

    /// The most memory that this process has had so far, in bytes.
    fn peak() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a peak");
        line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).expect("kilobytes") * 1_024
    }

    #[test]
    fn a_colour_profile_that_unpacks_without_end_takes_no_memory() {
        use std::io::Write as _;
        let mut profile = b"iCCPx\0\0".to_vec();
        let mut zlib = flate2::write::ZlibEncoder::new(&mut profile, flate2::Compression::best());
        let zeros = vec![0; 1_000_000];
        for _ in 0..200 {
            zlib.write_all(&zeros).expect("memory");
        }
        zlib.finish().expect("memory");
        let plain = png(4, 4);
        // After the head, before the picture.
        let mut bomb = plain[..33].to_vec();
        let length = u32::try_from(profile.len() - 4).expect("a small file");
        bomb.extend(length.to_be_bytes());
        bomb.extend(&profile);
        bomb.extend(crc32(&profile).to_be_bytes());
        bomb.extend(&plain[33..]);
        let before = peak();
        let _ = drawn(&bomb, Drawing::Portrait);
        assert!(peak() < before + 60_000_000, "{} MB", (peak() - before) / 1_000_000);
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
        })
    }
}
