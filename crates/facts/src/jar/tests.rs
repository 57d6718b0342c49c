use super::*;

/// An archive of entries that are stored as they are, with something in front of it.
fn archive(front: &[u8], entries: &[(&str, &str)]) -> Vec<u8> {
    let mut out = front.to_vec();
    let mut directory = Vec::new();
    for (name, text) in entries {
        let offset = u32::try_from(out.len() - front.len()).unwrap();
        let (name_length, length) = (
            u16::try_from(name.len()).unwrap(),
            u32::try_from(text.len()).unwrap(),
        );
        let mut sizes = length.to_le_bytes().to_vec();
        sizes.extend(length.to_le_bytes());
        out.extend(b"PK\x03\x04");
        out.extend([0; 14]);
        out.extend(&sizes);
        out.extend(name_length.to_le_bytes());
        out.extend([0; 2]);
        out.extend(name.as_bytes());
        out.extend(text.as_bytes());
        directory.extend(b"PK\x01\x02");
        directory.extend([0; 16]);
        directory.extend(&sizes);
        directory.extend(name_length.to_le_bytes());
        directory.extend([0; 12]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(out.len() - front.len()).unwrap();
    let size = u32::try_from(directory.len()).unwrap();
    out.extend(directory);
    out.extend(b"PK\x05\x06");
    out.extend([0; 8]);
    out.extend(size.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn read(bytes: &[u8]) -> Option<Jar> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.jar");
    fs_err::write(&path, bytes).unwrap();
    Jar::read(&path)
}

#[test]
fn classes_and_the_manifest_are_read() {
    let manifest = "Manifest-Version: 1.0\r\nMain-Class: com.example.a.very.long.\r\n name.Main\r\n\r\n\
                    Name: x\r\nClass-Path: no\r\n";
    let entries = [
        ("META-INF/MANIFEST.MF", manifest),
        ("com/x/Main.class", "x"),
    ];
    for front in [&b""[..], b"#!/bin/sh\nexit\n"] {
        let jar = read(&archive(front, &entries)).unwrap();
        assert!(jar.has_class("com.x.Main") && !jar.has_class("com.x.Other"));
        let main = jar.attribute("main-class");
        assert_eq!(main.as_deref(), Some("com.example.a.very.long.name.Main"));
        // Behind the empty line are attributes of single entries.
        assert_eq!(jar.attribute("Class-Path"), None);
    }
}

#[test]
fn damage_is_no_jar_and_no_crash() {
    let whole = archive(
        b"",
        &[("META-INF/MANIFEST.MF", "Main-Class: A\n"), ("A.class", "")],
    );
    assert_eq!(read(b"PK"), None);
    for at in 0..whole.len() {
        let mut one = whole.clone();
        one[at] ^= 0xff;
        let _ = read(&one);
        let _ = read(&whole[..at]);
    }
}
