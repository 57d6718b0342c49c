//! Stand-ins for Cloud Native buildpacks, and apps behind them. TODO
pub(crate) struct Row {
    pub(crate) name: &'static str,
}
pub(crate) const ROWS: &[Row] = &[];
