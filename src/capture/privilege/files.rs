//! Landlock: which files may still be opened.

use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd,
    RestrictionStatus, Ruleset, RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus,
    Scope,
};

use super::{Allow, Missing, Resolver, Terminal};

/// The version that closes the last way to change a file, truncation (Linux 6.2). What came later closes ways that
/// seccomp closes as well.
const ENOUGH: ABI = ABI::V3;
/// Where glibc and musl find out how names are resolved, and the modules for it.
const RESOLVER: &[&str] = &[
    "/etc/hosts",
    "/etc/resolv.conf",
    "/etc/nsswitch.conf",
    "/etc/host.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/ld.so.cache",
    "/run/systemd/resolve",
    "/run/nscd",
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
];

/// Closes all files but those of `allow`; gives what this kernel could not close.
pub(super) fn confine(allow: &Allow) -> Option<Missing> {
    match restrict(allow) {
        Ok(status) => missing(&status),
        Err(error) => Some(Missing::Files { why: error.to_string() }),
    }
}

fn restrict(allow: &Allow) -> Result<RestrictionStatus, RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .scope(Scope::from_all(ABI::V6))?;
    if allow.resolver == Resolver::Absent {
        ruleset = ruleset.handle_access(AccessNet::from_all(ABI::V4))?;
    }
    let mut rules = Rules(ruleset.create()?);
    for path in &allow.read {
        rules.add(path, AccessFs::from_read(ABI::V5));
    }
    let write = AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::RemoveFile;
    for path in &allow.write {
        rules.add(path, write);
    }
    if allow.terminal == Terminal::Taken {
        rules.add(Path::new("/dev/tty"), AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev);
    }
    if allow.resolver == Resolver::Asked {
        for path in RESOLVER {
            rules.add(Path::new(path), AccessFs::from_read(ABI::V5));
        }
    }
    rules.0.restrict_self()
}

struct Rules(RulesetCreated);

impl Rules {
    /// What there is not, or is no file of a file system (a pipe), needs no rule: opening it fails or is never asked for.
    fn add(&mut self, path: &Path, access: BitFlags<AccessFs>) {
        // To run a file is what nobody needs.
        let access = access & !AccessFs::Execute;
        let access = if path.is_dir() { access } else { access & AccessFs::from_file(ABI::V5) };
        if let Ok(file) = PathFd::new(path) {
            let _ = (&mut self.0).add_rule(PathBeneath::new(file, access));
        }
    }
}

fn missing(status: &RestrictionStatus) -> Option<Missing> {
    let closed = status.ruleset != RulesetStatus::NotEnforced;
    match status.landlock {
        LandlockStatus::Available { effective_abi, .. } if closed && effective_abi >= ENOUGH => None,
        LandlockStatus::Available { effective_abi, .. } if closed => {
            Some(Missing::SomeFiles { version: effective_abi as u32 })
        }
        LandlockStatus::NotImplemented => {
            Some(Missing::Files { why: "this kernel has no Landlock (Linux 5.13 has)".to_owned() })
        }
        LandlockStatus::NotEnabled => {
            Some(Missing::Files { why: "Landlock is switched off in this kernel".to_owned() })
        }
        LandlockStatus::Available { .. } => {
            Some(Missing::Files { why: "Landlock could not be used".to_owned() })
        }
    }
}
