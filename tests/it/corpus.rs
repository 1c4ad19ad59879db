//! The inputs that fuzzing has kept, and those that once broke something, through every parser of
//! outside input and its properties (`tests/fuzz/README.md`).

#[path = "../fuzz/parsers/mod.rs"]
mod parsers;

use std::path::{Path, PathBuf};

use parsers::PARSERS;

/// What the repository can bear.
const CORPUS_LIMIT_BYTES: u64 = 1024 * 1024;

fn inputs(folder: &str, parser: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let Ok(entries) = std::fs::read_dir(root.join(folder).join(parser)) else {
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn all_inputs(parser: &str) -> Vec<PathBuf> {
    let mut files = inputs("corpus", parser);
    assert!(!files.is_empty(), "{parser} has no corpus");
    files.extend(inputs("regressions", parser));
    files
}

#[test]
fn every_kept_input_holds() {
    let mut broken = Vec::new();
    for (parser, _) in PARSERS {
        for file in all_inputs(parser) {
            let input = std::fs::read(&file).unwrap();
            if std::panic::catch_unwind(|| parsers::run(parser, &input)).is_err() {
                broken.push(file);
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// An input cut short, and one with a byte changed, are inputs too: the corpus reaches further than
/// its files.
#[test]
fn every_kept_input_holds_when_it_is_damaged() {
    let mut broken = Vec::new();
    for (parser, _) in PARSERS {
        for file in all_inputs(parser) {
            let whole = std::fs::read(&file).unwrap();
            for part in [1, 2, 3] {
                let place = whole.len() * part / 4;
                let mut changed = whole.clone();
                changed
                    .iter_mut()
                    .skip(place)
                    .take(1)
                    .for_each(|byte| *byte ^= 1);
                for input in [&whole[..place], &changed] {
                    if std::panic::catch_unwind(|| parsers::run(parser, input)).is_err() {
                        broken.push((file.clone(), place));
                    }
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_folder_has_its_parser_and_is_small() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    for folder in ["corpus", "regressions", "targets"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(PARSERS.iter().any(|(known, _)| *known == name), "{path:?}");
        }
    }
    let files = PARSERS.iter().flat_map(|(parser, _)| all_inputs(parser));
    let size: u64 = files.map(|file| file.metadata().unwrap().len()).sum();
    assert!(size <= CORPUS_LIMIT_BYTES, "{size} bytes");
}
