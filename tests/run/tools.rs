//! `bpfl ps`, `bpfl map` and `bpfl detach`: what is in the kernel, whoever put it there; and what of a run
//! is for other tools.

use std::{
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use bpfl_runtime::cgroup::ChildCgroup;
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::setup::{Folder, attached, bpfl, cgroup, eventually, output, refusal, text};

/// Maps of each sort, and a program with a name that is longer than the kernel keeps.
const SOURCE: &str = "
(defenum verdict (accept 1) (refuse 2))
(defenum place here there)
(defstruct peer (port u16) (last-seen (array u8 3)) (total s32))
(defmap peersNNN :type :hash :key peer :value peer :max-entries 8)
(defmap sumsNNN :type :percpu-array :key u32 :value u64 :max-entries 1)
(defmap chosenNNN :type :array :key place :value verdict :max-entries 2)
(defmap oneNNN :type :array :key u32 :value u64 :max-entries 2)
(defmap bytesNNN :type :hash :key-size 3 :value-size 5 :max-entries 4)
(defvar seen u64)
(defprog a-name-that-is-long-NNN (:section \"cgroup_skb/egress\")
  (incf seen)
  (incf (getmap oneNNN 0))
  (incf (getmap sumsNNN 0))
  1)";

/// A `bpfl run` of that in a cgroup of its own.
struct Running {
    child: Child,
    cgroup: ChildCgroup,
    /// What its names end with.
    own: String,
    _folder: Folder,
}

impl Running {
    /// `None` where programs cannot be attached.
    fn start(own: &str) -> Option<Self> {
        let cgroup = cgroup()?;
        let (own, folder) = (format!("{own}{}", std::process::id() % 10_000), Folder::new(own));
        let file = folder.write("tools.lisp", SOURCE.replace("NNN", &own));
        let path = cgroup.path().to_str().unwrap().to_string();
        let mut run = bpfl(&["run", &file, "--cgroup", &path, "--for", "60s"]);
        let child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let running = Self { child, cgroup, own, _folder: folder };
        assert!(eventually(|| !attached(&running.cgroup, &CGROUP_INET_EGRESS).is_empty()), "not attached");
        Some(running)
    }

    /// Kills it as nothing can be cleaned up after.
    fn kill(&mut self) {
        kill_process(Pid::from_child(&self.child), Signal::KILL).unwrap();
        self.child.wait().unwrap();
    }

    fn map(&self, name: &str) -> String {
        format!("{name}{}", self.own)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

/// What bpfl prints, and its status.
fn printed(args: &[&str]) -> (String, Option<i32>) {
    let got = output(args);
    (text(&got.stdout) + &text(&got.stderr), got.status.code())
}

fn parsed(args: &[&str]) -> Json {
    let (said, status) = printed(args);
    assert_eq!(status, Some(0), "{said}");
    serde_json::from_str(&said).unwrap()
}

#[test]
fn ps_says_what_a_program_is_attached_to_and_who_holds_it() {
    let Some(running) = Running::start("ps") else { return };
    let name = format!("a_name_that_is_long_{}", running.own);
    let all = parsed(&["ps", "--json", &name.replace('_', "-")]);
    let [program] = all.as_array().unwrap().as_slice() else { panic!("{all}") };
    let id = attached(&running.cgroup, &CGROUP_INET_EGRESS)[0];
    assert_eq!((&program["name"], &program["id"]), (&json!(name), &json!(id)));
    assert_eq!(program["type"], "cgroup-skb");
    let [place] = program["attached"].as_array().unwrap().as_slice() else { panic!("{program}") };
    assert_eq!(place["event"], "cgroup_skb/egress");
    assert_eq!(place["place"], running.cgroup.path().to_str().unwrap());
    assert!(place["link"].is_u64(), "{place}");
    // Whoever lists programs at this moment holds them too.
    let holder = json!({ "pid": running.child.id(), "name": "bpfl" });
    assert!(program["processes"].as_array().unwrap().contains(&holder), "{program}");
    assert!(program["age_seconds"].as_u64().unwrap() < 60, "{program}");
    assert!(program["verified_instructions"].as_u64().unwrap() > 5, "{program}");
    let (table, _) = printed(&["ps", &name]);
    let holder = format!("bpfl ({})", running.child.id());
    for part in [&name, "held by", "cgroup_skb/egress /", &holder] {
        assert!(table.contains(part), "no `{part}` in\n{table}");
    }
}

#[test]
fn ps_sees_what_is_attached_without_a_link() {
    let Some(cgroup) = cgroup() else { return };
    let folder = Folder::new("ps-exclusive");
    let file = folder.write("tools.lisp", SOURCE.replace("NNN", "ex"));
    let path = cgroup.path().to_str().unwrap();
    let mut run = bpfl(&["run", &file, "--cgroup", path, "--attach-mode", "exclusive", "--for", "60s"]);
    let child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let running = Running { child, cgroup, own: String::new(), _folder: folder };
    assert!(eventually(|| !attached(&running.cgroup, &CGROUP_INET_EGRESS).is_empty()), "not attached");
    let id = attached(&running.cgroup, &CGROUP_INET_EGRESS)[0];
    let all = parsed(&["ps", "--json", "a-name-that-is-long-ex"]);
    let program = all.as_array().unwrap().iter().find(|program| program["id"] == id).unwrap();
    let place = running.cgroup.path().to_str().unwrap();
    assert_eq!(program["attached"], json!([{ "event": "cgroup_skb/egress", "place": place, "link": null }]));
}

#[test]
fn entries_are_lisp_data() {
    let Some(running) = Running::start("en") else { return };
    let [peers, sums, one, bytes] = ["peers", "sums", "one", "bytes"].map(|name| running.map(name));
    let got = |args: &[&str]| printed(&[&["map"], args].concat());
    let ok = |text: &str| (text.to_string(), Some(0));
    let key = "(:port 80 :last-seen #(1 2 3))";
    assert_eq!(got(&["set", &peers, key, "(:total -5)"]), ok(""));
    assert_eq!(got(&["get", &peers, key]), ok("(:port 0 :last-seen #(0 0 0) :total -5)\n"));
    assert_eq!(got(&["set", &one, "1", "18446744073709551615"]), ok(""));
    assert_eq!(got(&["get", &one, "1"]), ok("18446744073709551615\n"));
    assert_eq!(got(&["set", &bytes, "#(1 2 3)", "#(1 2 3 4 255)"]), ok(""));
    assert_eq!(got(&["get", &bytes, "#(1 2 3)"]), ok("#(1 2 3 4 255)\n"));
    let (each, _) = got(&["get", &sums, "0"]);
    let cpus = each.split_whitespace().count();
    let counts = (1..=cpus).map(|count| count.to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(got(&["set", &sums, "0", &format!("#({counts})")]), ok(""));
    assert_eq!(got(&["get", &sums, "0"]), ok(&format!("#({counts})\n")));
    let chosen = running.map("chosen");
    assert_eq!(got(&["set", &chosen, "there", "refuse"]), ok(""));
    assert_eq!(got(&["get", &chosen, "1"]), ok("refuse\n"));
    assert_eq!(
        parsed(&["map", "dump", &chosen, "--json"]),
        json!([{ "key": "here", "value": 0 }, { "key": "there", "value": "refuse" }])
    );
    let entries = json!([{
        "key": { "port": 80, "last_seen": [1, 2, 3], "total": 0 },
        "value": { "port": 0, "last_seen": [0, 0, 0], "total": -5 },
    }]);
    assert_eq!(parsed(&["map", "dump", &peers, "--json"]), entries);
    assert!(got(&["dump", &peers]).0.contains("(:port 80 :last-seen #(1 2 3) :total 0)"));
    assert_eq!(got(&["rm", &peers, "(:port 80 :last-seen #(1 2 3))"]), ok(""));
    assert_eq!(got(&["dump", &peers]), ok(&format!("map `{peers}` is empty\n")));
}

#[test]
fn maps_are_listed_and_found_by_id() {
    let Some(running) = Running::start("id") else { return };
    let all = parsed(&["map", "list", "--json", &running.own]);
    let all = all.as_array().unwrap();
    let names: Vec<_> = all.iter().map(|map| map["name"].as_str().unwrap()).collect();
    for name in ["peers", "sums", "one", "bytes"] {
        assert!(names.contains(&running.map(name).as_str()), "{names:?}");
    }
    let one = all.iter().find(|map| map["name"] == running.map("one")).unwrap();
    assert_eq!((&one["type"], &one["max_entries"]), (&json!("array"), &json!(2)));
    let id = one["id"].to_string();
    assert_eq!(printed(&["map", "set", &id, "0", "9"]).1, Some(0));
    assert_eq!(printed(&["map", "get", &running.map("one"), "0"]).0, "9\n");
    let (table, _) = printed(&["map", "list", &running.own]);
    assert!(table.contains("percpu-array") && table.contains("max entries"), "{table}");
}

#[test]
fn what_cannot_be_done_with_a_map_is_said() {
    let Some(running) = Running::start("er") else { return };
    let [peers, sums, one] = ["peers", "sums", "one"].map(|name| running.map(name));
    let said = |args: &[&str]| {
        let said = refusal(&[&["map"], args].concat());
        said.replace(&running.own, "NNN")
    };
    let key = "(:port 1)";
    let wanted = [
        (
            said(&["get", &peers, key]),
            "map `peersNNN` has no entry under `(:port 1)`; `bpfl map dump peersNNN` shows those it has",
        ),
        (
            said(&["rm", &peers, key]),
            "map `peersNNN` has no entry under `(:port 1)`; `bpfl map dump peersNNN` shows those it has",
        ),
        (
            said(&["get", &peers, "(:prot 1)"]),
            "the key does not suit map `peersNNN`: there is no field `prot`",
        ),
        (
            said(&["get", &peers, "7"]),
            "the key does not suit map `peersNNN`: `7` is not a struct `peer` (port, last_seen, total)",
        ),
        (said(&["set", &one, "0", "-1"]), "the value does not suit map `oneNNN`: -1 does not fit 64 bits"),
        (
            said(&["get", &one, "2"]),
            "map `oneNNN` has no entry under `2`; `bpfl map dump oneNNN` shows those it has",
        ),
        (
            said(&["get", &one, "(1"]),
            "the key `(1` cannot be read: this parenthesis is never closed; write it as Lisp data: 7, #(1 2 3), \"text\", (:field 1 :other 2)",
        ),
        (said(&["dump", "/nosuch/map"]), "nothing is pinned as `/nosuch/map`; check the path"),
        (
            said(&["dump", "4294967295"]),
            "there is no map with the id 4294967295; `bpfl map list` shows those that there are",
        ),
    ];
    for (said, wanted) in wanted {
        assert_eq!(said, format!("error: {wanted}\n"));
    }
    let said_sums = said(&["set", &sums, "0", "#()"]);
    assert!(said_sums.starts_with("error: map `sumsNNN` wants one value for each of "), "{said_sums}");
    let near = said(&["dump", &peers.replace("peers", "pears")]);
    assert_eq!(near, "error: there is no map `pearsNNN`; did you mean `peersNNN`?\n");
}

#[test]
fn of_maps_with_one_name_the_ids_are_listed() {
    let (Some(first), Some(_second)) = (Running::start("am"), Running::start("am")) else { return };
    let name = first.map("one");
    let all = parsed(&["map", "list", "--json", &name]);
    let ids: Vec<_> = all.as_array().unwrap().iter().map(|map| map["id"].to_string()).collect();
    assert_eq!(ids.len(), 2, "{ids:?}");
    let wanted = format!("error: there are 2 maps called `{name}`; name one by its id: {}\n", ids.join(", "));
    assert_eq!(refusal(&["map", "dump", &name]), wanted);
}

/// The source with names of a test's own, in a folder.
fn written(own: &str) -> (Folder, String) {
    let folder = Folder::new(own);
    let file = folder.write("tools.lisp", SOURCE.replace("NNN", own));
    (folder, file)
}

#[test]
fn a_run_prints_json_and_the_largest_values() {
    if cgroup().is_none() {
        return;
    }
    let (_folder, file) = written("js");
    let set = format!("{} map set onejs 1 9", env!("CARGO_BIN_EXE_bpfl"));
    let command = ["--", "sh", "-c", &set];
    let said = |args: &[&str]| {
        // The kernel frees the maps of a run a moment after its end, and a name must be one map's.
        assert!(eventually(|| !text(&output(&["map", "list"]).stdout).contains("onejs")));
        printed(&[&["run", &file], args, &command].concat()).0
    };
    let rows = |said: &str| -> Vec<Json> {
        let mut rows: Vec<Json> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        rows.retain(|row| row["map"] == "onejs");
        rows.iter_mut().for_each(|row| assert!(row.as_object_mut().unwrap().remove("time").is_some()));
        rows
    };
    let row = |key: u32, value: u32| json!({ "map": "onejs", "key": key, "value": value });
    assert_eq!(rows(&said(&["--json"])), [row(0, 0), row(1, 9)]);
    assert_eq!(rows(&said(&["--json", "--top", "1"])), [row(1, 9)]);
    assert_eq!(rows(&said(&["--json", "--top", "2"])), [row(1, 9), row(0, 0)]);
    let table = said(&["--top", "1"]);
    assert_eq!(table.lines().filter(|line| line.contains("onejs")).count(), 1, "{table}");
}

#[test]
fn a_run_says_how_much_work_the_verifier_had() {
    if cgroup().is_none() {
        return;
    }
    let source = "(defprog spin (:section \"cgroup_skb/egress\")
                    (let ((sum 0)) (dotimes (i 100) (incf sum (ktime-get-ns))) (if (= sum 0) 0 1)))";
    let folder = Folder::new("verbose");
    let file = folder.write("spin.lisp", source);
    let (said, status) = printed(&["run", &file, "--verbose", "--", "true"]);
    assert_eq!(status, Some(0), "{said}");
    let line = said.lines().find(|line| line.starts_with("verified spin: ")).unwrap_or(&said);
    let number = |after: &str| -> u32 {
        let (before, _) = line.split_once(after).unwrap();
        before.rsplit(' ').next().unwrap().parse().unwrap()
    };
    let (own, seen) = (number(" instructions of its own, "), number(" looked at "));
    assert!(own < 50 && seen > 300, "{line}");
    // A script's as they are loaded: of a session of its own, and of an object that it opens.
    let object = folder.path().join("spin.o").display().to_string();
    assert_eq!(printed(&["build", &file, "-o", &object]).1, Some(0));
    let script = format!(
        "{source}
         (with-bpf-session () (write-line \"one\") (bpf:load-program spin))
         (write-line \"two\")
         (bpf:load-program (bpf:find-program (bpf:open-object \"{object}\") \"spin\"))"
    );
    let script = folder.write("script.lisp", script);
    let got = output(&["run", &script, "--verbose"]);
    assert_eq!((text(&got.stdout).as_str(), got.status.code()), ("one\ntwo\n", Some(0)));
    let said = text(&got.stderr);
    assert_eq!(said.matches(line.split_once(", in ").map_or(line, |(line, _)| line)).count(), 2, "{said}");
    assert_eq!(text(&output(&["run", &script]).stderr), "");
}

#[test]
fn a_run_says_what_has_changed_and_how_fast_it_grows() {
    let Some(cgroup) = cgroup() else { return };
    let (_folder, file) = written("gr");
    let path = cgroup.path().to_str().unwrap();
    let run = |more: &[&str]| {
        let args = ["run", &file, "--cgroup", path, "--interval", "100ms", "--for", "1500ms"];
        bpfl(&[&args, more].concat()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
    };
    let children = [run(&["--json"]), run(&[])];
    assert!(eventually(|| attached(&cgroup, &CGROUP_INET_EGRESS).len() == 2), "not attached");
    let send = format!(
        "echo $$ > {path}/cgroup.procs; for i in 1 2 3 4; do echo hi >/dev/udp/127.0.0.1/9; sleep 0.2; done"
    );
    assert!(Command::new("bash").args(["-c", &send]).status().unwrap().success());
    let [json, lines] = children.map(|child| text(&child.wait_with_output().unwrap().stdout));
    let rows: Vec<Json> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let counts: Vec<_> = rows.iter().filter(|row| row["map"] == "onegr" && row["key"] == 0).collect();
    assert!(counts.windows(2).all(|pair| pair[0]["value"] != pair[1]["value"]), "{json}");
    assert_eq!(counts.last().unwrap()["value"], 4, "{json}");
    assert!(counts.iter().any(|row| row["per_second"].as_f64() > Some(1.0)), "{json}");
    assert!(lines.contains("onegr[0] = 1 (+") || lines.contains("onegr[0] = 2 (+"), "{lines}");
}

/// A directory of a test's own in the BPF file system, removed with all in it.
struct Pins(PathBuf);

impl Pins {
    /// `None` where there is no such file system.
    fn new(own: &str) -> Option<Self> {
        let path = Path::new("/sys/fs/bpf").join(format!("bpfl-{own}-{}", std::process::id()));
        match std::fs::create_dir(&path) {
            Ok(()) => Some(Self(path)),
            Err(error) => {
                println!("skipped: there is no BPF file system here ({error})");
                None
            }
        }
    }
}

impl Drop for Pins {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_kept_stays_attached_until_it_is_detached() {
    let (Some(cgroup), Some(pins)) = (cgroup(), Pins::new("keep")) else { return };
    let (_folder, file) = written("kp");
    let (path, own) = (cgroup.path().to_str().unwrap(), pins.0.join("own"));
    let directory = own.to_str().unwrap();
    let keep = ["run", &file, "--cgroup", path, "--for", "100ms", "--pin", directory, "--keep"];
    assert_eq!(output(&keep).status.code(), Some(0));
    assert_eq!(attached(&cgroup, &CGROUP_INET_EGRESS).len(), 1, "it is not attached any more");
    let map = format!("{directory}/onekp");
    assert_eq!(printed(&["map", "set", &map, "1", "5"]).1, Some(0));
    assert_eq!(printed(&["map", "get", &map, "1"]).0, "5\n");
    let link = format!("{directory}/links/a_name_that_is_long_kp");
    let programs = parsed(&["ps", "--json", "a-name-that-is-long-kp"]);
    assert_eq!(programs[0]["pins"], json!([link]));
    assert!(Path::new(&format!("{directory}/_bss")).exists());
    let refused = refusal(&keep);
    let taken = format!(
        "error: `{directory}/peerskp` is there already; remove it with `rm`, or pin under another name\n"
    );
    assert_eq!(refused.lines().last().map(|line| line.to_string() + "\n"), Some(taken));
    assert!(Path::new(&map).exists(), "a refused run removed what was there");
    let (said, status) = printed(&["detach", directory]);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.starts_with(&format!("note: link `{link}` is no longer pinned\n")), "{said}");
    assert!(eventually(|| attached(&cgroup, &CGROUP_INET_EGRESS).is_empty()), "it is still attached");
    assert!(!own.exists(), "the directory is still there");
    assert_eq!(
        refusal(&["detach", directory]),
        format!("error: there is no directory `{directory}`; check the path\n")
    );
}

#[test]
fn what_a_killed_run_left_is_detached() {
    let Some(cgroup) = cgroup() else { return };
    let (folder, file) = written("ki");
    let path = cgroup.path().to_str().unwrap();
    let mut run = bpfl(&["run", &file, "--cgroup", path, "--attach-mode", "exclusive", "--for", "60s"]);
    let child = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut running = Running { child, cgroup, own: "ki".into(), _folder: folder };
    assert!(eventually(|| !attached(&running.cgroup, &CGROUP_INET_EGRESS).is_empty()), "not attached");
    running.kill();
    assert_eq!(attached(&running.cgroup, &CGROUP_INET_EGRESS).len(), 1);
    let wanted = format!(
        "note: `a_name_that_is_long_ki` detached from cgroup_skb/egress {}\n",
        running.cgroup.path().display()
    );
    assert_eq!(printed(&["detach", "a-name-that-is-long-ki"]), (wanted, Some(0)));
    assert!(attached(&running.cgroup, &CGROUP_INET_EGRESS).is_empty());
    let said = refusal(&["detach", "no-program-of-this-name-ki"]);
    assert!(said.starts_with("error: there is no program `no-program-of-this-name-ki`; "), "{said}");
}

#[test]
fn pins_are_refused_outside_of_a_bpf_file_system() {
    let Some(cgroup) = cgroup() else { return };
    let (folder, file) = written("ou");
    let directory = folder.write("x", "").replace("/x", "/pins");
    let said = refusal(&[
        "run",
        &file,
        "--cgroup",
        cgroup.path().to_str().unwrap(),
        "--for",
        "1s",
        "--pin",
        &directory,
    ]);
    let wanted =
        "` is not in a BPF file system; as root, `mount -t bpf bpf /sys/fs/bpf`, and pin below that\n";
    assert!(said.ends_with(wanted), "{said}");
    assert!(!Path::new(&directory).exists(), "the directory was left behind");
    assert!(attached(&cgroup, &CGROUP_INET_EGRESS).is_empty());
    let got = output(&["run", &file, "--keep"]);
    assert_eq!(got.status.code(), Some(2));
    assert!(text(&got.stderr).contains("--pin <DIR>"), "{}", text(&got.stderr));
}

const RECORDS: &str = "
(defstruct event (port u16) (length u32))
(defmap events :type :ringbuf :max-entries 4096)
(defprog log (:section \"cgroup_skb/egress\")
  (with-ringbuf (e events event)
    (setf (event-port e) 80)
    (setf (event-length e) (ctx len)))
  1)";

#[test]
fn records_of_ring_buffers_are_shown_as_they_come() {
    if cgroup().is_none() {
        return;
    }
    let folder = Folder::new("records");
    let file = folder.write("records.lisp", RECORDS);
    let send = "for i in 1 2; do echo hi >/dev/udp/127.0.0.1/9; done";
    let said = |args: &[&str]| {
        let (said, status) = printed(&[&["run", &file], args, &["--", "bash", "-c", send]].concat());
        assert_eq!(status, Some(0), "{said}");
        said
    };
    let wanted = "events: {port=80, length=31}\n".repeat(2) + "the maps are empty\n";
    assert_eq!(said(&["--records", "events=event"]), wanted);
    // The source tells which struct all its records are; an object does not.
    assert_eq!(said(&[]), wanted);
    let object = folder.path().join("records.o").display().to_string();
    assert_eq!(printed(&["build", &file, "-o", &object]).1, Some(0));
    let bytes: String =
        [80u32, 31].iter().flat_map(|word| word.to_ne_bytes()).map(|b| format!("{b:02x}")).collect();
    let (of_object, _) = printed(&["run", &object, "--", "bash", "-c", send]);
    assert_eq!(of_object, format!("events: {bytes}\n").repeat(2) + "the maps are empty\n");
    let json = said(&["--records", "events=event", "--json"]);
    for line in json.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        assert_eq!((&row["map"], &row["record"]), (&json!("events"), &json!({ "port": 80, "length": 31 })));
    }
    assert_eq!(json.lines().count(), 2, "{json}");
    let wanted = "error: there is no ring buffer `event` here; did you mean `events`?\n";
    let got = output(&["run", &file, "--records", "event=event", "--", "true"]);
    assert_eq!((text(&got.stderr).as_str(), got.status.code()), (wanted, Some(125)));
}

#[test]
fn without_the_privilege_the_capability_is_named() {
    if cgroup().is_none() {
        return;
    }
    for args in
        [&["ps"][..], &["map", "list"], &["map", "dump", "x"], &["map", "get", "3", "0"], &["detach", "x"]]
    {
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set=-all", "--inh-caps=-all", env!("CARGO_BIN_EXE_bpfl")]);
        match command.args(args).output() {
            Ok(got) if text(&got.stderr).starts_with("setpriv:") => {
                println!("skipped: {}", text(&got.stderr))
            }
            Ok(got) => {
                let wanted = "error: listing what is in the kernel was not permitted; it takes CAP_SYS_ADMIN, which \
                              this user does not have: run as root, e.g. with sudo\n";
                assert_eq!((text(&got.stderr).as_str(), got.status.code()), (wanted, Some(1)), "{args:?}");
            }
            Err(error) => println!("skipped: there is no setpriv here ({error})"),
        }
    }
}

/// In a network namespace and a mount namespace of its own, both gone with the command.
#[test]
fn programs_that_other_tools_attached_without_a_link_are_shown() {
    if cgroup().is_none() {
        return;
    }
    let folder = Folder::new("tools-netlink");
    let source = "(defprog own-xdp (:type :xdp) XDP_PASS) (defprog own-tc (:type :tc) TC_ACT_OK)";
    let file = folder.write("own.lisp", source);
    let script = "
        \"$BPFL\" build \"$FILE\" -o \"$FILE.o\" && mount -t bpf bpf /sys/fs/bpf || exit 1
        bpftool prog loadall \"$FILE.o\" /sys/fs/bpf/own && ip link add v0 type veth peer name v1 || exit 77
        bpftool net attach xdp pinned /sys/fs/bpf/own/own_xdp dev v0 && tc qdisc add dev v0 clsact || exit 77
        tc filter add dev v0 egress bpf da object-pinned /sys/fs/bpf/own/own_tc || exit 77
        \"$BPFL\" ps own- --json
        \"$BPFL\" detach own-xdp";
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "sh", "-c", script]).stdin(Stdio::null());
    let got = command.env("BPFL", env!("CARGO_BIN_EXE_bpfl")).env("FILE", file).output().unwrap();
    if got.status.code() == Some(77) {
        return println!("skipped: {}", text(&got.stderr));
    }
    let programs: Json = serde_json::from_slice(&got.stdout).unwrap();
    let attached = |name: &str| {
        let program = programs.as_array().unwrap().iter().find(|program| program["name"] == name).unwrap();
        program["attached"].clone()
    };
    assert_eq!(attached("own_xdp"), json!([{ "event": "xdp", "link": null, "place": "v0" }]));
    assert_eq!(attached("own_tc"), json!([{ "event": "tc/egress", "link": null, "place": "v0" }]));
    let said = text(&got.stderr);
    assert!(said.contains("it has no link; `ip link set dev v0 xdp off` detaches it"), "{said}");
}
