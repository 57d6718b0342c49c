//! What came back and the app's scripts: which of it they can't bear, and whether they run once more.

use super::Folders;
use super::point::Point;
use crate::apply::Scripts;
use crate::event::{Event, Progress};
use crate::pack;

impl Folders<'_> {
    /// What the app's scripts need of it. Returns whether they have to run again.
    pub(crate) fn around(&mut self, scripts: Scripts, progress: &mut dyn Progress) -> bool {
        match scripts {
            Scripts::Begin => {
                self.restore(progress);
                // Only what came back can make them run again.
                let mut all = self.all.iter();
                let may_run_again = all.any(|folder| folder.is_in_the_way() || folder.has_given());
                self.before =
                    may_run_again.then(|| Point::of(&self.context.app.root, self.paths()));
                false
            }
            Scripts::Failed => {
                let again = self.was_in_the_way(progress);
                self.go_back(again)
            }
            Scripts::Ended => {
                let again = self.was_cleared(progress);
                self.go_back(again)
            }
        }
    }

    /// Undoes what the scripts did where they run `again`.
    fn go_back(&self, again: bool) -> bool {
        if let Some(point) = self.before.as_ref().filter(|_| again) {
            point.go_back(&self.context.app.root);
        }
        again
    }

    /// Whether the scripts, which have run, took away what was given back and has to be there for what came with it:
    /// then that is gone, too, and they have to run again.
    fn was_cleared(&mut self, progress: &mut dyn Progress) -> bool {
        let app = &self.context.app.root;
        let mut was_cleared = false;
        for folder in self.all.iter_mut().filter(|folder| folder.has_lost(app)) {
            folder.is_cleared = true;
            was_cleared = true;
            for path in folder
                .paths
                .iter()
                .filter(|path| Some(*path) != folder.outputs.as_ref())
            {
                // A script that finds it still does what it did.
                let _ = pack::remove_tree(app, path);
            }
            progress.event(Event::Note(&format!(
                "The build removes what it wrote before, and {} says that it is there: it runs once more without it, \
                 and that is given back no more",
                folder.name
            )));
        }
        was_cleared
    }

    /// Whether something is there that a clean build would not have, which may be why a script
    /// failed: it goes, and the script has to run again.
    fn was_in_the_way(&mut self, progress: &mut dyn Progress) -> bool {
        let app = &self.context.app.root;
        let mut was_there = false;
        for folder in self.all.iter_mut().filter(|folder| folder.is_in_the_way()) {
            folder.is_cleared = true;
            was_there = true;
            for path in &folder.paths {
                // A script that finds it still fails as it did.
                let _ = pack::remove_tree(app, path);
            }
            progress.event(Event::Note(&format!(
                "The build failed where {} was given back: it runs once more without it, and that is given back no \
                 more",
                folder.name
            )));
        }
        was_there
    }
}
