//! How fast and how right is the estimate? Driven by `scripts/bench-budget`, which compares
//! with du, diskus and pigz; prints one line of JSON.
//!
//! `budget walk PATH`, `budget verdict PATH LIMIT`, `budget number PATH`,
//! `budget census PATH`, `budget sample PATH PHASE`

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use slugsmith::budget::estimate::{self, Goal};
use slugsmith::budget::stream::{ArchivedTree, Stream};
use slugsmith::facts::tree::Tree;

fn main() {
    let arguments: Vec<_> = std::env::args().filter(|word| word != "--bench").collect();
    let [_, mode, path, rest @ ..] = arguments.as_slice() else {
        // A plain `cargo bench` has no tree to measure.
        println!("usage: budget walk|verdict|number|census|sample PATH [LIMIT|PHASE]");
        return;
    };
    let tree = Tree::read(Path::new(path));
    if mode == "walk" {
        let totals = tree.totals();
        println!("{{\"files\":{},\"bytes\":{}}}", totals.files, totals.bytes);
        return;
    }
    let stream = Stream::new(vec![ArchivedTree {
        tree: &tree,
        prefix: b"./".to_vec(),
    }]);
    let operand = |place: usize| rest.get(place).map(|word| word.parse::<f64>().unwrap());
    let limit = operand(0).unwrap_or_default();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let limits = [limit as u64];
    let goal = match mode.as_str() {
        "verdict" => Goal {
            limits: &limits,
            precision: f64::INFINITY,
            effort: 0.0,
            ..Goal::NUMBER
        },
        "sample" => Goal {
            phase: operand(0),
            sample_only: true,
            ..Goal::NUMBER
        },
        _ => Goal::NUMBER,
    };
    let (slug, image) = if mode == "census" {
        estimate::census(&stream)
    } else {
        let estimate = estimate::estimate(&stream, &goal);
        (estimate.compressed, estimate.image)
    };
    println!(
        "{{\"archive\":{},\"bytes\":{},\"low\":{},\"high\":{},\"exact\":{},\
         \"image\":{},\"image_low\":{},\"image_high\":{},\"unread\":{}}}",
        stream.len(),
        slug.bytes,
        slug.low,
        slug.high,
        slug.exact,
        image.bytes,
        image.low,
        image.high,
        tree.unread().len() + stream.unread().len()
    );
}
