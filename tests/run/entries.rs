//! What maps hold from the start: maps in maps, and programs for tail calls.

use crate::setup::{Folder, bpfl, cgroup, text};

/// A packet's way through a map of maps, a function that is given a map, and a tail call.
const MAPS: &str = "
(defmap left :type :array :key u32 :value u64 :max-entries 2)
(defmap right :type :array :key u32 :value u64 :max-entries 2)
(defmap sides :type :array-of-maps :max-entries 4 :inner left :values (left (2 right)))
(defmap empty :type :hash-of-maps :key u32 :max-entries 4 :inner left :values ((9 right)))
(defmap next :type :prog-array :max-entries 8 :values ((3 second)))
(defun bump ((m (map left)) (by u64)) :returns u64
  (incf (getmap m 0) by))
(defprog first (:section \"cgroup_skb/egress\")
  (when-let ((m (map-lookup sides 0))) (bump m 1))
  (when-let ((m (getmap sides 2))) (bump m 10) (setf (getmap m 1) 5))
  (when-let ((m (map-lookup sides 1))) (bump m 1000))
  (when-let ((m (map-lookup empty 7))) (bump m 1000))
  (bump right 100)
  (tail-call next 3)
  0)
(defprog second (:section \"cgroup_skb/egress\")
  (incf (getmap left 1))
  1)";

#[test]
fn maps_in_maps_and_tail_calls_are_there_from_the_start() {
    if cgroup().is_none() {
        return;
    }
    let folder = Folder::new("entries");
    let file = folder.write("maps.lisp", MAPS);
    let send = "for i in 1 2 3; do echo hi >/dev/udp/127.0.0.1/9; done";
    let got = bpfl(&["run", &file, "--", "bash", "-c", send]).output().unwrap();
    let said = text(&got.stdout) + &text(&got.stderr);
    let rows: Vec<&str> = said.lines().filter(|line| line.starts_with('│')).skip(1).take(4).collect();
    let value = |row: &str| row.rsplit('┆').next().unwrap().trim_matches([' ', '│']).to_string();
    // `second` is reached by the tail call alone: attached, it would count twice.
    assert_eq!(rows.into_iter().map(value).collect::<Vec<_>>(), ["3", "3", "330", "5"], "{said}");
}

/// A timer that a packet starts and that starts itself again, four times.
const TIMER: &str = "
(defstruct entry (ticks u64) (timer bpf-timer))
(defmap entries :type :array :key u32 :value entry :max-entries 1)
(defun tick ((m (map entries)) (k (ptr u32)) (e (ptr entry)))
  (when (< (incf (entry-ticks e)) 5)
    (timer-start (entry-timer e) 1000000 0)))
(defprog start (:section \"cgroup_skb/egress\")
  (when-let ((e (map-lookup entries 0)))
    (when (= (timer-init (entry-timer e) entries CLOCK_MONOTONIC) 0)
      (timer-set-callback (entry-timer e) tick)
      (timer-start (entry-timer e) 1000000 0)))
  1)";

#[test]
fn a_timer_calls_its_function_until_that_stops_it() {
    if cgroup().is_none() {
        return;
    }
    let folder = Folder::new("timer");
    let file = folder.write("timer.lisp", TIMER);
    let send = "echo hi >/dev/udp/127.0.0.1/9; sleep 0.5";
    let got = bpfl(&["run", &file, "--", "bash", "-c", send]).output().unwrap();
    let said = text(&got.stdout) + &text(&got.stderr);
    assert!(said.contains("{ticks=5,"), "{said}");
}
