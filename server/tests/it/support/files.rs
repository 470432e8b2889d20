//! Files as visitors and staff send them.

use std::io::{Cursor, Write as _};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::Value;
use zip::write::SimpleFileOptions;

use super::{Answer, Signed, TestApp};

/// A form with one part.
pub fn form(request: reqwest::RequestBuilder, field: &str, name: &str, bytes: &[u8]) -> reqwest::RequestBuilder {
    let head = format!("--XyZ\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\r\n");
    let body = [head.as_bytes(), bytes, b"\r\n--XyZ--\r\n"].concat();
    request.header("content-type", "multipart/form-data; boundary=XyZ").body(body)
}

impl TestApp {
    /// An upload of the visitor whom the token lets in.
    pub async fn upload_as_visitor(&self, token: &str, name: &str, bytes: &[u8]) -> Answer {
        let request = self.request(Method::POST, "/api/chat/files").header("authorization", format!("Session {token}"));
        Answer::of(form(request, "file", name, bytes)).await
    }

    /// The same, by a person, for a chat.
    pub async fn upload_as(&self, who: &Signed, name: &str, bytes: &[u8]) -> Answer {
        let request = self.request_as(who, Method::POST, "/api/admin/files?for=chat");
        Answer::of(form(request, "file", name, bytes)).await
    }

    /// A file of a chat for its visitor.
    pub async fn file_for_visitor(&self, token: &str, id: &str) -> Found {
        let path = format!("/api/chat/files/{id}");
        Found::of(self.request(Method::GET, &path).header("authorization", format!("Session {token}"))).await
    }

    /// The same, for a person.
    pub async fn file_for(&self, who: &Signed, id: &str) -> Found {
        Found::of(self.request_as(who, Method::GET, &format!("/api/admin/files/{id}"))).await
    }

    /// All objects of the folder for files.
    pub fn objects(&self) -> Vec<String> {
        objects_in(&self.folder.path().join("files"))
    }
}

/// All files below a folder.
pub fn objects_in(folder: &std::path::Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut found: Vec<String> = paths
        .flat_map(|path| if path.is_dir() { objects_in(&path) } else { vec![path.display().to_string()] })
        .collect();
    found.sort();
    found
}

/// A file as it comes back.
pub struct Found {
    pub code: u16,
    pub headers: reqwest::header::HeaderMap,
    pub bytes: Vec<u8>,
}

impl Found {
    pub async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let (code, headers) = (response.status().as_u16(), response.headers().clone());
        Self { code, headers, bytes: response.bytes().await.unwrap().to_vec() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn picture(&self) -> RgbImage {
        image::load_from_memory(&self.bytes).unwrap().to_rgb8()
    }
}

/// The id of what was uploaded.
pub fn id_of(answer: &Answer) -> String {
    answer.status(201);
    answer.data()["fileId"].as_str().unwrap().to_owned()
}

/// The ids in a line.
pub fn files_of(line: &Value) -> Vec<&str> {
    line["files"].as_array().into_iter().flatten().map(|file| file["fileId"].as_str().unwrap()).collect()
}

/// A photo, red on its left half and blue on its right.
pub fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let pixels =
        RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) });
    let mut bytes = Vec::new();
    DynamicImage::ImageRgb8(pixels).write_to(&mut Cursor::new(&mut bytes), format).unwrap();
    bytes
}

/// A JPEG as a phone takes it: it lies on its side, says so, and says where it was taken.
pub fn photo_with_metadata(width: u32, height: u32) -> Vec<u8> {
    let plain = photo(width, height, ImageFormat::Jpeg);
    // TIFF, lowest byte first: orientation 6 (turn by 90°), the maker, and the place.
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0".to_vec();
    exif.extend(3_u16.to_le_bytes());
    let mut entry = |tag: u16, kind: u16, count: u32, value: u32| {
        exif.extend(tag.to_le_bytes());
        exif.extend(kind.to_le_bytes());
        exif.extend(count.to_le_bytes());
        exif.extend(value.to_le_bytes());
    };
    entry(0x010f, 2, 12, 62);
    entry(0x0112, 3, 1, 6);
    entry(0x8825, 4, 1, 50);
    exif.extend(0_u32.to_le_bytes());
    // The place, at 50, and the maker, at 62.
    exif.extend([0; 12]);
    exif.extend(b"SecretPhone\0 N 52 31 12 GPSPLACE");
    let mut bytes = plain[..2].to_vec();
    bytes.extend([0xff, 0xe1]);
    bytes.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    bytes
}

/// A ZIP archive.
pub fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut zip = zip::ZipWriter::new(Cursor::new(&mut bytes));
    for (name, content) in entries {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    bytes
}

/// A PNG whose head says that it has that many pixels, and that holds none of them.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = photo(1, 1, ImageFormat::Png);
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = !bytes[12..29].iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    });
    bytes[29..33].copy_from_slice(&sum.to_be_bytes());
    bytes
}
