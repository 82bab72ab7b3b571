//! Filters of `clsact`: how runs and scripts end, and what of one that is killed is seen and removed. Each test has
//! a network and a mount namespace of its own, which go with the commands in them.

use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};

use crate::setup::{Folder, cgroup, text};

const SOURCE: &str = "
(defmap packetsNNN :type :array :key u32 :value u64 :max-entries 2)
(defprog inNNN (:section \"tcx/ingress\") (incf (getmap packetsNNN 0)) TC_ACT_UNSPEC)
(defprog outNNN (:section \"tcx/egress\") (incf (getmap packetsNNN 1)) TC_ACT_UNSPEC)";

/// What a shell needs: bpfl, the file to run, `shown` for what is at the loopback interface, and `attached` which
/// waits for that.
const START: &str = "
    command -v tc >/dev/null && mount -t bpf bpf /sys/fs/bpf && ip link set lo up || exit 77
    shown() { { tc qdisc show dev lo; tc filter show dev lo ingress; tc filter show dev lo egress; } | sed -nE \
      's/^qdisc (clsact|ingress) .*/\\1/p; s/.* handle 0x[0-9a-f]+ (.*) direct-action.*/\\1/p'; }
    attached() { for i in $(seq 500); do [ $(shown | wc -l) = $1 ] && return; sleep 0.01; done; exit 1; }
    run() { \"$BPFL\" run \"$FILE\" --interface lo --via clsact \"$@\"; }
";

/// What a shell says, once it has the names above; `None`, with the reason, where that is not possible.
fn shell(own: &str, script: &str) -> Option<Output> {
    cgroup()?;
    let folder = Folder::new(&format!("clsact-{own}"));
    let file = folder.write("traffic.lisp", SOURCE.replace("NNN", own));
    let script = START.to_string() + &script.replace("NNN", own);
    let mut command = Command::new("unshare");
    command.args(["--net", "--mount", "bash", "-c", &script]).stdin(Stdio::null());
    let got = command.env("BPFL", env!("CARGO_BIN_EXE_bpfl")).env("FILE", file).output();
    match got {
        Ok(got) if got.status.code() == Some(77) || text(&got.stderr).starts_with("unshare:") => {
            println!("skipped: {}", text(&got.stderr));
            None
        }
        Ok(got) => Some(got),
        Err(error) => {
            println!("skipped: there is no unshare here ({error})");
            None
        }
    }
}

/// What it prints when all goes well.
fn printed(own: &str, script: &str) -> Option<String> {
    let got = shell(own, script)?;
    assert!(got.status.success(), "{}{}", text(&got.stdout), text(&got.stderr));
    Some(text(&got.stdout))
}

#[test]
fn a_run_counts_and_leaves_nothing_whatever_signal_ends_it() {
    let script = "
        for signal in INT TERM HUP; do
            env --default-signal=HUP,INT,TERM \"$BPFL\" run \"$FILE\" --interface lo --via clsact --for 60s >/tmp/clsact-$$ & run=$!
            attached 3
            shown
            echo hello >/dev/udp/127.0.0.1/9
            kill -$signal $run; wait $run; echo $?
            grep -A1 packetsNNN /tmp/clsact-$$ | tr -dc '0-9 \\n' | tr -s ' '; rm /tmp/clsact-$$
            shown
        done";
    let Some(said) = printed("sg", script) else { return };
    // The datagram, and what tells its sender that nobody listens.
    let each = |status| format!("clsact\nbpfl/clsact:insg\nbpfl/clsact:outsg\n{status}\n 0 2 \n 1 2 \n");
    assert_eq!(said, each(130) + &each(143) + &each(129));
}

#[test]
fn a_discipline_that_was_there_before_stays() {
    let script = "
        tc qdisc add dev lo clsact
        run --for 2s >/dev/null & attached 3; shown; wait; shown";
    let Some(said) = printed("bf", script) else { return };
    assert_eq!(said, "clsact\nbpfl:inbf\nbpfl:outbf\nclsact\n");
}

#[test]
fn a_filter_that_a_killed_run_left_is_listed_and_detached() {
    let script = "
        \"$BPFL\" run \"$FILE\" --interface lo --via clsact --for 60s >/dev/null & run=$!
        attached 3
        \"$BPFL\" doctor | grep NNN >&2
        kill -9 $run; wait $run 2>/dev/null
        \"$BPFL\" ps NNN --json
        : whoever lists programs at this moment holds them too
        until_seen() { for i in $(seq 200); do
            got=$(\"${@:2}\"); [ $(grep -c \"$1\" <<<\"$got\") = 2 ] && break; sleep 0.02; done; echo \"$got\" >&2; }
        until_seen 'nobody: left behind' \"$BPFL\" ps NNN
        until_seen '^left  .*NNN' \"$BPFL\" doctor; until_seen 'found.*NNN' \"$BPFL\" doctor --json
        \"$BPFL\" detach inNNN; shown >&2; \"$BPFL\" detach outNNN; shown >&2";
    let Some(got) = shell("kd", script) else { return };
    let (programs, said) = (serde_json::from_slice::<Json>(&got.stdout).unwrap(), text(&got.stderr));
    let at = |place: &str| json!([{ "event": place, "link": null, "place": "lo" }]);
    let all = programs.as_array().unwrap();
    let named = |name: &str| all.iter().find(|program| program["name"] == name).unwrap();
    assert_eq!((all.len(), &named("inkd")["attached"]), (2, &at("tc/ingress")), "{programs}");
    assert_eq!(named("outkd")["attached"], at("tc/egress"));
    let id = &named("inkd")["id"];
    let found = "`inkd` stays attached to tc/ingress lo: what attached it was killed";
    let line = format!("left     tc filter         {found} — `bpfl detach {id}` removes it\n");
    assert_eq!(said.matches(&line).count(), 1, "{said}");
    assert!(said.contains(&format!("\"state\": \"left\",\n      \"found\": \"{found}\"")), "{said}");
    assert_eq!(said.matches("nobody: left behind").count(), 2, "{said}");
    let end = "note: `inkd` detached from tc/ingress lo\nclsact\nbpfl/clsact:outkd\nnote: `outkd` detached from tc/egress lo\n";
    assert!(said.ends_with(end), "{said}");
}

#[test]
fn a_filter_that_another_tool_made_is_detached_alone() {
    let script = "
        \"$BPFL\" build \"$FILE\" -o \"$FILE.o\" && bpftool prog loadall \"$FILE.o\" /sys/fs/bpf/own >/dev/null || exit 77
        tc qdisc add dev lo clsact
        for pref in 7 8; do
            tc filter add dev lo egress pref $pref chain 5 bpf da object-pinned /sys/fs/bpf/own/outNNN || exit 77
        done
        tc filter add dev lo egress bpf da object-pinned /sys/fs/bpf/own/inNNN || exit 77
        \"$BPFL\" doctor | grep NNN
        \"$BPFL\" detach outNNN; tc filter show dev lo egress | grep -o ' name [a-z]*'; shown | head -1";
    let Some(got) = shell("ot", script) else { return };
    assert_eq!(text(&got.stdout), " name inot\nclsact\n");
    assert_eq!(text(&got.stderr), "note: `outot` detached from tc/egress lo\n".repeat(2));
}

#[test]
fn what_is_kept_stays_until_it_is_detached() {
    let script = "
        run --for 100ms --pin /sys/fs/bpf/kept --no-detach >/dev/null 2>&1
        shown; \"$BPFL\" doctor | grep NNN; \"$BPFL\" ps NNN | grep -o '/sys/fs/bpf/kept/links/[a-z]*'
        echo hello >/dev/udp/127.0.0.1/9; \"$BPFL\" map get /sys/fs/bpf/kept/packetsNNN 0
        \"$BPFL\" detach /sys/fs/bpf/kept 2>&1; shown
        : a run that fails after it has attached keeps nothing
        mkdir -p /sys/fs/bpf/kept/links/outNNN; run --for 100ms --pin /sys/fs/bpf/kept --keep >/dev/null 2>&1; echo $?; shown
        rmdir /sys/fs/bpf/kept/links/outNNN
        run --for 100ms --pin /sys/fs/bpf/kept --keep >/dev/null 2>&1; tc qdisc del dev lo clsact
        \"$BPFL\" detach /sys/fs/bpf/kept 2>&1 | grep program";
    let Some(said) = printed("kp", script) else { return };
    let pin = |name: &str, rest: &str| {
        format!("note: program `/sys/fs/bpf/kept/links/{name}kp` is no longer pinned{rest}\n")
    };
    let wanted = [
        "clsact\nbpfl/clsact:inkp\nbpfl/clsact:outkp\n/sys/fs/bpf/kept/links/inkp\n/sys/fs/bpf/kept/links/outkp\n2\n",
        &pin("in", ", and its filter is removed"),
        &pin("out", ", and its filter is removed"),
        "note: map `/sys/fs/bpf/kept/packetskp` is no longer pinned\n1\n",
        &pin("in", "; no filter of it is in this network namespace"),
        &pin("out", "; no filter of it is in this network namespace"),
    ];
    assert_eq!(said, wanted.concat());
}

#[test]
fn scripts_detach_on_every_way_out() {
    let script = "
        cat >\"$FILE.s\" <<'END'
(defvar what (car (argv)))
(with-bpf-session ()
  (bpf:prog p (:section \"tcx/ingress\") TC_ACT_OK)
  (let ((link (attach-tc p \"lo\" :via :clsact :priority 10)))
    (wait (spawn \"sh\" \"-c\" \"tc filter show dev lo ingress | grep -o 'pref 10 bpf chain 0 handle'\"))
    (when (string= what \"detach\") (bpf:detach link))
    (when (string= what \"error\") (error \"as planned\"))
    (when (string= what \"pin\") (bpf:pin link \"/sys/fs/bpf/p\"))
    (when (string= what \"sleep\") (sleep 60))))
END
        for what in none detach error; do \"$BPFL\" run \"$FILE.s\" -- $what; echo $what $?; shown; done
        \"$BPFL\" run \"$FILE.s\" -- sleep & run=$!; attached 2; kill -TERM $run; wait $run; echo sleep $?; shown
        \"$BPFL\" run \"$FILE.s\" -- pin; shown; rm /sys/fs/bpf/p";
    let Some(got) = shell("sc", script) else { return };
    let seen = "pref 10 bpf chain 0 handle\n";
    let ended = |status: &str| format!("{seen}{status}\n");
    let wanted = [ended("none 0"), ended("detach 0"), ended("error 1"), ended("sleep 143"), seen.into()];
    assert_eq!(text(&got.stdout), wanted.concat() + "clsact\nbpfl/clsact:p\n", "{}", text(&got.stderr));
    assert!(text(&got.stderr).contains("as planned"), "{}", text(&got.stderr));
}

#[test]
fn what_a_run_cannot_do_via_clsact_is_said() {
    let script = "
        said() { \"$BPFL\" run \"$@\" 2>&1 >/dev/null; }
        said \"$FILE\" --via clsact | head -2 | tail -1
        said \"$FILE\" --interface lo --via qdisc | head -1
        said \"$FILE\" --interface nosuch0 --via clsact
        said \"$FILE\" --interface lo --direction up | head -1
        echo '(defprog incn (:section \"tc\") TC_ACT_OK)' >\"$FILE.t\"; said \"$FILE.t\" --interface lo --direction egress --for 50ms
        echo '(defprog x (:type :xdp) XDP_PASS)' >\"$FILE.x\"; said \"$FILE.x\" --interface lo --via clsact --for 50ms
        echo '(with-bpf-session ())' >\"$FILE.s\"; said \"$FILE.s\" --interface lo --via clsact | sed 's/`.*traffic/`traffic/'
        said \"$FILE.s\" --via clsact | head -1
        tc qdisc add dev lo ingress; said \"$FILE\" --interface lo --via clsact; shown";
    let Some(said) = printed("cn", script) else { return };
    let wanted = "  --interface <NAME>
error: invalid value 'qdisc' for '--via <HOLDER>'
error: there is no network interface `nosuch0` for `incn`; `ip link` lists those that there are
error: invalid value 'up' for '--direction <WAY>'
note: `incn` attached to what goes out through `lo`
note: no program here is for tc, so --via says nothing
note: `x` attached to the interface `lo`
error: `traffic.lisp.s` is a script, to which --interface says nothing: it attaches with `(bpf:attach program \"eth0\")`
error: the following required arguments were not provided:
error: `outcn` cannot be attached to the traffic of `lo` as a filter: the queueing discipline `ingress` is where clsact \
would be; `tc qdisc del dev lo ingress` removes it, with its filters
ingress
";
    assert_eq!(said, wanted);
}
