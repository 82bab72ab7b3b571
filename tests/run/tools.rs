//! `bpfl ps` and `bpfl map`: what is in the kernel, whoever put it there.

use std::process::{Child, Stdio};

use bpfl_runtime::cgroup::ChildCgroup;
use bpfl_stdlib::catalog::attach::CGROUP_INET_EGRESS;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};

use crate::setup::{Folder, attached, bpfl, cgroup, eventually, output, refusal, text};

/// Maps of each sort, and a program with a name that is longer than the kernel keeps.
const SOURCE: &str = "
(defenum verdict (accept 1) (refuse 2))
(defstruct peer (port u16) (last-seen (array u8 3)) (total s32))
(defmap peersNNN :type :hash :key peer :value peer :max-entries 8)
(defmap sumsNNN :type :percpu-array :key u32 :value u64 :max-entries 1)
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
        (said(&["get", &peers, "7"]), "the key does not suit map `peersNNN`: `7` is not a struct"),
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
