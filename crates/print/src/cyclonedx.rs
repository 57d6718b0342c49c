//! A list of packages as CycloneDX 1.5 JSON, for what we installed into an image.
//!
//! Source: cyclonedx.org, "CycloneDX v1.5 JSON Reference"; Package-URL specification. Times
//! and serial numbers are left out, so that an unchanged image stays unchanged.

use serde_json::{Value, json};

use slugsmith_facts::installed::InstalledPackage;

/// The document; the same packages give the same bytes.
#[must_use]
pub fn document<'a>(packages: impl IntoIterator<Item = &'a InstalledPackage>) -> String {
    let components: Vec<Value> = packages.into_iter().map(component).collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "tools": {"components": [{
                "type": "application",
                "name": "slugsmith",
                "version": env!("CARGO_PKG_VERSION"),
            }]},
        },
        "components": components,
    })
    .to_string()
}

fn component(package: &InstalledPackage) -> Value {
    let url = package_url(package);
    let mut component = json!({
        "type": "library",
        "bom-ref": url,
        "name": package.name,
        "version": package.version,
        "purl": url,
    });
    if let Some(licence) = &package.licence {
        component["licenses"] = json!([{"license": {"name": licence}}]);
    }
    if package.is_pinned_only {
        component["properties"] =
            json!([{"name": "slugsmith:source", "value": "pinned by the lockfile"}]);
    }
    component
}

/// `pkg:npm/%40img/sharp@0.33.5`.
fn package_url(package: &InstalledPackage) -> String {
    let name: Vec<_> = package.name.split('/').map(encoded).collect();
    let version = encoded(&package.version);
    format!("pkg:{}/{}@{version}", package.kind, name.join("/"))
}

fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => {
                // Writing to a String has no way to fail.
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_have_urls_and_licences() {
        let package = |kind, name: &str, version: &str| InstalledPackage {
            kind,
            name: name.to_owned(),
            version: version.to_owned(),
            licence: Some("MIT".to_owned()),
            is_pinned_only: kind == "golang",
        };
        let packages = [
            package("npm", "@img/sharp", "0.33.5"),
            package("golang", "golang.org/x/text", "v0.14.0+incompatible"),
        ];
        let text = document(&packages);
        let json: Value = serde_json::from_str(&text).unwrap();
        let urls: Vec<_> = json["components"]
            .as_array()
            .unwrap()
            .iter()
            .map(|component| component["purl"].as_str().unwrap())
            .collect();
        assert_eq!(
            urls,
            [
                "pkg:npm/%40img/sharp@0.33.5",
                "pkg:golang/golang.org/x/text@v0.14.0%2Bincompatible"
            ]
        );
        assert_eq!(
            json["components"][0]["licenses"][0]["license"]["name"],
            "MIT"
        );
        assert!(json["components"][0].get("properties").is_none());
        assert!(json["components"][1].get("properties").is_some());
        assert_eq!(text, document(&packages));
    }
}
