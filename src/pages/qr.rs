//! The picture that an authenticator app reads: a QR code (ISO/IEC 18004) as one SVG path.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};
use serde::Serialize;

/// The light margin that readers need, in modules.
const MARGIN: usize = 4;

/// A QR code, in modules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QrPicture {
    /// Width and height, margin included.
    pub size: usize,
    /// The dark modules, as the `d` of a path.
    pub path: String,
}

impl QrPicture {
    /// The picture of a text; `None` when it is too long for one.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|left, right| left == right) {
                if run.first() == Some(&Color::Dark) {
                    let (x, y, length) = (column + MARGIN, row + MARGIN, run.len());
                    // Writing to a string cannot fail.
                    write!(path, "M{x} {y}h{length}v1h-{length}z").ok()?;
                }
                column += run.len();
            }
        }
        Some(Self {
            size: width + 2 * MARGIN,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// ISO/IEC 18004: a finder pattern of seven modules stands in three corners.
    #[test]
    fn draws_the_finder_patterns_inside_a_margin() {
        let picture = QrPicture::of("otpauth://totp/x").unwrap();
        assert!(picture.path.starts_with("M4 4h7v1h-7z"), "{}", picture.path);
        let right = picture.size - 4 - 7;
        assert!(picture.path.contains(&format!("M{right} 4h7v1h-7z")));
        assert!(picture.path.contains(&format!("M4 {right}h7v1h-7z")));
        assert_eq!(QrPicture::of(&"x".repeat(10_000)), None);
    }
}
