//! `bpfl run` on the command line.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use bpfl_runtime::attach::{Direction, Via};
use bpfl_stdlib::catalog::mode::{self, AttachMode};
use clap::{
    Args, ValueHint,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::Compile;
use crate::duration;

/// `bpfl run`.
#[derive(Debug, Args)]
#[command(after_help = "\
With `-- CMD`, a fresh cgroup is made for CMD, programs of cgroups see only what CMD does, tracing
programs and those of an interface run while CMD does, and the table goes to standard error. The exit status then is CMD's own, 128+n when signal n ended it, 127 when
it was not found, and 125 when bpfl itself failed.")]
pub struct Run {
    /// A source file or an object; `-` is standard input [default: the only .lisp file here]
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,
    /// The cgroup to attach to: `/sys/fs/cgroup` is every process of the machine. With CMD, the one to make its
    /// cgroup in [default: the cgroup that bpfl is in]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub cgroup: Option<PathBuf>,
    /// The sockmap or sockhash to attach sk_msg and sk_skb programs to, or the map that an iterator goes over
    /// [default: the file's only one]
    #[arg(long, value_name = "NAME")]
    pub map: Option<String>,
    /// The network interface to attach xdp and tcx programs to
    #[arg(long, value_name = "NAME")]
    pub interface: Option<String>,
    /// What holds tc programs at the interface: tcx, which are links, or clsact, which are filters. Those stay
    /// after `kill -9`, until `bpfl detach` [default: tcx where the kernel has it, since Linux 6.6]
    #[arg(long, value_name = "HOLDER", requires = "interface", hide_possible_values = true,
          value_parser = vias())]
    pub via: Option<Via>,
    /// Which way the packets go that tc programs get whose section leaves it open: ingress (in) or egress (out)
    #[arg(long, value_name = "WAY", requires = "interface", hide_possible_values = true,
          value_parser = directions())]
    pub direction: Option<Direction>,
    /// How programs stand beside others of their cgroup: multi, preorder (before those of child
    /// cgroups), override (a child's runs instead) or exclusive. The last two are no links: after
    /// `kill -9` the program stays until the cgroup goes
    #[arg(long, value_name = "MODE", default_value = "multi", hide_possible_values = true,
          value_parser = attach_modes())]
    pub attach_mode: &'static AttachMode,
    /// Attach only this program; may be given several times, or with commas [default: all of the file]
    #[arg(long = "prog", value_name = "NAME", value_delimiter = ',')]
    pub programs: Vec<String>,
    /// Stop after this time, such as 500ms, 5s or 2m
    #[arg(long = "for", value_name = "TIME", value_parser = duration::parse)]
    pub time: Option<Duration>,
    /// How often to show the maps
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = duration::parse)]
    pub interval: Duration,
    /// Print a JSON object a line, for each entry that has changed, instead of tables
    #[arg(long)]
    pub json: bool,
    /// Of each map only the N entries of the largest values, sorted
    #[arg(long, value_name = "N")]
    pub top: Option<usize>,
    /// Read the records of the ring buffer MAP as this struct; may be given several times [default: as
    /// bytes, unless the map's definition has their type]
    #[arg(long, value_name = "MAP=STRUCT", value_parser = record)]
    pub records: Vec<(String, String)>,
    /// Pin each map under its name in this directory of a BPF file system, where it stays
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub pin: Option<PathBuf>,
    /// With --pin, pin links too: programs stay attached after the end, until `bpfl detach DIR`
    #[arg(long, requires = "pin", visible_alias = "no-detach")]
    pub keep: bool,
    /// Say of each program how much work it was for the verifier
    #[arg(short, long)]
    pub verbose: bool,
    /// Show the verifier's whole log when the kernel refuses a program
    #[arg(long)]
    pub verifier_log: bool,
    /// How to compile.
    #[command(flatten)]
    pub compile: Compile,
    /// A command to run in a cgroup of its own, and its arguments
    #[arg(last = true, value_name = "CMD", value_hint = ValueHint::CommandWithArguments)]
    pub command: Vec<OsString>,
}

/// A map and the struct that its records are.
fn record(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(map, record)| !map.is_empty() && !record.is_empty());
    let (map, record) = pair.ok_or("write it as MAP=STRUCT, such as events=event")?;
    Ok((map.into(), record.into()))
}

/// What holds programs of tc, by its name.
fn vias() -> impl TypedValueParser<Value = Via> {
    PossibleValuesParser::new(["tcx", "clsact"]).map(|name| match name.as_str() {
        "tcx" => Via::Tcx,
        _ => Via::Clsact { priority: None },
    })
}

/// The ways through an interface, by their names.
fn directions() -> impl TypedValueParser<Value = Direction> {
    PossibleValuesParser::new(["ingress", "egress"]).map(|name| match name.as_str() {
        "ingress" => Direction::Ingress,
        _ => Direction::Egress,
    })
}

/// The attach modes by their names.
fn attach_modes() -> impl TypedValueParser<Value = &'static AttachMode> {
    PossibleValuesParser::new(mode::ALL.iter().map(|mode| mode.name))
        .try_map(|name| mode::find(&name).ok_or("there is no such mode"))
}
