//! Writes a capture of traffic that nobody sent, the same bytes every time:
//! `cargo bench --bench traffic -- web 2000000 web.pcap`.

mod packets;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use packets::Profile;

/// Writes a generated capture.
#[derive(Parser)]
struct Arguments {
    /// What kind of traffic
    profile: Profile,
    /// How many packets
    packets: u64,
    /// Where to
    file: PathBuf,
    /// What cargo says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match write(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: cannot be written: {error}", arguments.file.display());
            ExitCode::from(2)
        }
    }
}

fn write(arguments: &Arguments) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(&arguments.file)?);
    packets::write(arguments.profile, arguments.packets, &mut out)?;
    out.flush()
}
