//! Several ecosystems in one app, in sub-folders as well.
