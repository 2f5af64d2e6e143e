//! What the live dashboard is given beside verdicts: the newest frames for exports, and names.

use std::sync::Arc;

use crate::aggregate::RingHealth;
use crate::config::{Display, Lookups, Watch};
use crate::view::tui::{Resolver, Tools};

use super::super::alive::Alive;
use super::super::export::{Counter, Files, Held};
use super::super::pass::OwnTraffic;
use super::super::settings;
use super::names::Names;

/// Tools that the capturing thread shares with the dashboard's.
pub(super) struct Toolbox {
    pub(super) held: Held,
    pub(super) counter: Arc<Counter>,
    pub(super) alive: Alive,
    names: Option<Arc<Names>>,
}

impl Toolbox {
    /// The tools, where there is a dashboard that can use them.
    pub(super) fn for_display(config: &Watch) -> Option<Self> {
        let looked_up = config.names == Lookups::Made;
        (config.presentation.display == Display::Dashboard).then(|| Self {
            held: Held::default(),
            counter: Arc::default(),
            alive: Alive::default(),
            // Where there can be no helper, there are addresses.
            names: if looked_up { Names::start().ok() } else { None },
        })
    }

    /// The same for the dashboard.
    pub(super) fn tools(&self, config: &Watch) -> Tools {
        let preferences = &config.presentation.preferences;
        let exporter = Files {
            folder: preferences.export_dir.clone(),
            frames: Arc::clone(&self.counter),
            names: Vec::new(),
        };
        Tools {
            look: settings::look(preferences),
            exporter: Some(Arc::new(exporter)),
            resolver: self.names.clone().map(|names| names as Arc<dyn Resolver>),
        }
    }

    /// What tells the traffic of our own lookups from all other.
    pub(super) fn own_traffic(&self) -> Option<OwnTraffic> {
        let names = self.names.clone()?;
        Some(Box::new(move |end| names.made(end)))
    }

    /// How far back the frames go.
    pub(super) fn ring(&self) -> Option<RingHealth> {
        self.held.since().map(|since| RingHealth { bytes: self.held.bytes(), since })
    }
}
