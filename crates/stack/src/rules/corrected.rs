//! The corrected list of buildpacks: every move that findings ask for.

use super::{library_shadowed, second_runtime};
use crate::model::Model;

/// Longer lists are not printed; the move is then said in words only.
const LISTED: usize = 60;

/// The list with every move that findings ask for, ready to paste; empty if there is none.
/// Where two moves contradict each other the earlier one holds.
pub(super) fn corrected(model: &Model<'_>) -> Vec<String> {
    let group = &model.layers.group;
    let mut moves: Vec<(usize, usize)> = second_runtime::conflicts(model)
        .iter()
        .map(second_runtime::Conflict::pair)
        .collect();
    moves.extend(library_shadowed::hidden(model).of_buildpacks.into_keys());
    moves.extend(
        model
            .processes
            .lost_default
            .iter()
            .map(|(_, first, second)| (*second, *first)),
    );
    moves.retain(|(moved, before)| {
        moved > before && model.system_among([*moved, *before]).is_none()
    });
    moves.sort_unstable();
    moves.dedup();
    if moves.is_empty() || group.len() > LISTED {
        return Vec::new();
    }
    let mut lines = vec!["[io.buildpacks]".to_owned(), "group = [".to_owned()];
    for buildpack in ordered(group.len(), &moves)
        .into_iter()
        .filter(|index| !model.is_system(*index))
        .filter_map(|index| group.get(index))
    {
        let version = match buildpack.version.as_str() {
            "" => String::new(),
            version => format!(", version = \"{version}\""),
        };
        lines.push(format!("  {{ id = \"{}\"{version} }},", buildpack.id));
    }
    lines.push("]".to_owned());
    lines
}

/// `0..count` with `(a, b)` putting a before b, as close to the old order as possible. All
/// moves go forward to an earlier place, so that they can't form a circle among themselves,
/// but a moved one takes along nothing: what is not named keeps its place.
fn ordered(count: usize, moves: &[(usize, usize)]) -> Vec<usize> {
    let mut left: Vec<usize> = (0..count).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(first) = left.first().copied() {
        // Follow what must come before it to one that nothing must come before.
        let mut next = first;
        while let Some((moved, _)) = moves
            .iter()
            .find(|(moved, before)| *before == next && left.contains(moved))
        {
            next = *moved;
        }
        left.retain(|one| *one != next);
        order.push(next);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_moves_are_made_and_the_rest_stays() {
        assert_eq!(ordered(4, &[(2, 0)]), [2, 0, 1, 3]);
        assert_eq!(ordered(4, &[(2, 0), (3, 2)]), [3, 2, 0, 1]);
        assert_eq!(ordered(3, &[(1, 0), (2, 0)]), [1, 2, 0]);
        assert_eq!(ordered(2, &[]), [0, 1]);
    }
}
