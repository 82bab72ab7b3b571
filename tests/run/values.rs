//! Userspace Lisp: structs as records, as bytes and in maps; and what is said of values that do not suit.

use crate::setup::{Folder, cgroup, output, text};

/// `(tell form…)` prints what each form gives, or what is wrong with it.
const TELL: &str = r#"
(defmacro tell (&rest forms)
  `(progn ,@(mapcar (lambda (form)
                      `(format t "~a~%" (handler-case (prin1-to-string ,form) (error (e) (princ-to-string e)))))
                    forms)))
"#;

/// What a script with `tell` prints.
fn told(name: &str, body: &str) -> String {
    let folder = Folder::new(name);
    let got = output(&["run", &folder.write("script.lisp", format!("{TELL}{body}"))]);
    let said = text(&got.stderr);
    assert!(got.status.success() && said.is_empty(), "{said}");
    text(&got.stdout)
}

const RECORDS: &str = r#"
(defconstant +n+ 3)
(defstruct inner (a u16) (b i8))
(defstruct v4 (addr u32) (port u16))
(defunion any v4 (raw u64))
(defstruct rec (x u32) (in inner) (arr (array u16 +n+)) (u any) (name (array u8 4)) (lo (bits u32 3)))
(let ((r (make-rec :x 5 :name "hey")))
  (setf (rec-arr r 1) 7 (inner-b (rec-in r)) -3 (rec-u r) (make-v4 :port 2))
  (tell (encode-rec r)
        (let ((d (decode-rec (encode-rec r)))) (list (rec-arr d 1) (inner-b (rec-in d)) (v4-port (rec-u d)) (rec-name d)))
        (equalp (encode-rec (decode-rec (encode-rec r))) (encode-rec r))
        (let ((d (decode-rec (encode-rec r))))
          (setf (v4-port (rec-u d)) 3)
          (any-raw (rec-u (decode-rec (encode-rec d)))))
        (decode-rec #(1 2))
        (encode-rec (make-inner))
        (encode-rec (make-rec :u (make-inner)))
        (encode-rec (make-rec :x -1))
        (encode-rec (make-rec :in (make-inner :a 70000)))
        (encode-rec (make-rec :name "hello"))
        (encode-rec (make-rec :arr 5))
        (encode-rec (make-rec :in #(1 2 3 4 5)))
        (length (encode-rec (make-rec :in '(:a 4))))
        (encode-rec (make-rec :in '(:a 4 :b)))
        (encode-rec (make-rec :lo 9))))
"#;

#[test]
fn records_are_bytes_and_back() {
    let wanted = "\
#(5 0 0 0 0 0 253 0 0 0 7 0 0 0 0 0 0 0 0 0 2 0 0 0 104 101 121 0 0 0 0 0)
(7 -3 2 #(104 101 121 0))
t
12884901888
`rec` has 32 bytes, and 2 are given
this is a record of `inner`, and one of `rec` is wanted here
this is a record of `inner`, and one of `any` is wanted here
this is no `rec`: field `x`: -1 does not fit 32 bits
this is no `rec`: field `in.a`: 70000 does not fit 16 bits
this is no `rec`: field `name`: 5 elements do not fit an array of 4
this is no `rec`: field `arr`: `5` is not an array of 3 elements
this is no `rec`: field `in`: `#(1 2 3 4 …)` is not a struct `inner` (a, b)
32
a struct is `(:field value …)`: keywords, each with a value
this is no `rec`: field `lo`: 9 does not fit 3 bits
";
    assert_eq!(told("records", RECORDS), wanted);
}

const MAPS: &str = r#"
(defstruct point (x u32) (y i16))
(defstruct other (x u32))
(defmap points :type :hash :key u32 :value point :max-entries 2)
(defmap cells :type :array :key u32 :value u64 :max-entries 3)
(defmap line :type :queue :value point :max-entries 2)
(defmap heap :type :stack :value u32 :max-entries 2)
(defmap seen :type :bloom-filter :value u32 :max-entries 100)
(defmap names :type :lru-hash :key (array u8 8) :value u32 :max-entries 4)
(with-bpf-session (session)
  (bpf:prog pass (:section "cgroup_skb/egress") 1)
  (tell (bpf:map-update points 1 (make-other :x 1))
        (bpf:map-update points 1 (make-point :x -1))
        (bpf:map-update points 1 5)
        (bpf:map-update points (make-point) (make-point))
        (progn (bpf:map-update points 1 '(:y -2)) (bpf:map-ref points 1))
        (bpf:map-update points 1 (make-point) BPF_NOEXIST)
        (bpf:map-update points 7 (make-point) BPF_EXIST)
        (progn (setf (bpf:map-ref points 2) (make-point)) (bpf:map-keys points))
        (bpf:map-update points 3 (make-point))
        (bpf:map-update cells 3 1)
        (bpf:map-update cells 0 1 BPF_NOEXIST)
        (bpf:map-update cells 0 1 "x")
        (bpf:map-update cells 0 t)
        (bpf:map-update cells 0 #(1))
        (bpf:map-delete cells 0)
        (progn (setf (bpf:map-ref names "eth0") 5) (bpf:map-ref names "eth0"))
        (bpf:map-ref names "a long name"))
  (tell (bpf:map-pop line)
        (progn (bpf:map-push line (make-point :x 1)) (bpf:map-push line (make-point :x 2)))
        (bpf:map-push line (make-point :x 3))
        (progn (bpf:map-push line (make-point :x 3) BPF_EXIST) (bpf:map-peek line))
        (list (bpf:map-pop line) (bpf:map-pop line) (bpf:map-pop line))
        (progn (bpf:map-push heap 1) (bpf:map-push heap 2) (list (bpf:map-pop heap) (bpf:map-peek heap)))
        (progn (bpf:map-push seen 77) (list (bpf:map-peek seen 77) (bpf:map-peek seen 78)))
        (bpf:map-push heap "x")
        (bpf:map-push cells 1)
        (bpf:map-pop seen)
        (bpf:map-peek heap 1)
        (bpf:map-ref line 0)
        (bpf:map-keys line)
        session))
"#;

#[test]
fn values_that_do_not_suit_a_map_are_said_with_what_does() {
    if cgroup().is_none() {
        return;
    }
    let wanted = "\
this is a record of `other`, and one of `point` is wanted here
the value does not suit map `points`: field `x`: -1 does not fit 32 bits
the value does not suit map `points`: `5` is not a struct `point` (x, y)
the key does not suit map `points`: `()` is not an integer of 32 bits
#S(point :x 0 :y -2)
map `points` has an entry under 1 already, and BPF_NOEXIST adds new ones only
map `points` has no entry under 7, and BPF_EXIST adds none
(1 2)
map `points` is full: it has room for 2 entries
map `cells` has 3 entries, from 0 to 2, and none under 3
map `cells` has an entry under 0 already, and BPF_NOEXIST adds new ones only
this is a string, and a number of flags is wanted here
the value does not suit map `cells`: `t` is not an integer of 64 bits
the value does not suit map `cells`: `#(1)` is not an integer of 64 bits
map `cells` is of type array, whose entries stay; set this one to zero
5
the key does not suit map `names`: 11 elements do not fit an array of 8
nil
#S(point :x 2)
map `line` is full: it has room for 2 entries
#S(point :x 2 :y 0)
(#S(point :x 2 :y 0) #S(point :x 3 :y 0) nil)
(2 1)
(t nil)
the value does not suit map `heap`: `\"x\"` is not an integer of 32 bits
map `cells` is of type array; one can push a value to maps of type queue, stack, bloom-filter
map `seen` is of type bloom-filter; one can take a value from maps of type queue, stack
map `heap` is of type stack; one can ask for a value in maps of type bloom-filter
map `line` is a queue map, which has no entries under keys
map `line` is a queue map, which has no entries under keys
#<session>
";
    assert_eq!(told("values", MAPS), wanted);
}

const DETACHED: &str = r#"
(defvar seen u64)
(with-bpf-session (session)
  (bpf:prog count (:section "cgroup_skb/egress") (incf seen) 1)
  (tell (bpf:detach count)
        (progn (bpf:attach count "CGROUP") (bpf:detach count))
        (bpf:detach count)
        (bpf:detach session)
        (bpf:global session "seen")
        (setf (bpf:global session "seen") 4)
        (bpf:global session "seen")))
"#;

#[test]
fn an_inline_session_has_a_name_and_a_program_is_detached_by_its() {
    let Some(cgroup) = cgroup() else { return };
    let body = DETACHED.replace("CGROUP", cgroup.path().to_str().unwrap());
    let wanted = "nil\nt\nnil\nthis is a session, and a link or a program is wanted here\n0\n4\n4\n";
    assert_eq!(told("detached", &body), wanted);
}

#[test]
fn what_is_in_enums_is_shown_by_name() {
    let Some(_) = cgroup() else { return };
    let folder = Folder::new("enums-shown");
    let source = "
        (defenum proto (icmp 1) (tcp 6))
        (defenum dir in out)
        (defenum (mode :type u8) slow fast)
        (defstruct flow (proto proto) (mode mode) (both (array dir 2)))
        (defmap counts :type :array :key dir :value u32 :max-entries 2)
        (defvar last proto tcp)
        (defvar flow flow)
        (defprog enums-shown (:section \"cgroup_skb/egress\")
          (setf last icmp (flow-mode flow) fast (getmap counts out) 1)
          1)";
    let file = folder.write("flow.lisp", source);
    let got = output(&["run", &file, "--", "/bin/true"]);
    let table = text(&got.stderr);
    assert_eq!(got.status.code(), Some(0), "{table}");
    for row in ["counts ┆ in   ┆", "┆ out  ┆", "┆ last ┆ tcp", "{proto=0, mode=slow, both=[in in]}"]
    {
        assert!(table.contains(row), "{row}: {table}");
    }
}

#[test]
fn programs_and_maps_are_put_into_maps_that_hold_them() {
    let Some(_) = cgroup() else { return };
    let body = "
        (with-bpf-session ()
          (bpf:map stages :type :prog-array :max-entries 2)
          (bpf:map inner :type :array :key u32 :value u64 :max-entries 1)
          (bpf:map other :type :array :key u32 :value u64 :max-entries 1)
          (bpf:map outer :type :array-of-maps :max-entries 2 :inner inner)
          (bpf:prog enter (:section \"xdp\") (tail-call stages 1) XDP_DROP)
          (bpf:prog count (:section \"xdp\")
            (when-let ((m (map-lookup outer 1))) (incf (getmap m 0)))
            XDP_PASS)
          (tell (bpf:test-run enter)
                (progn (setf (bpf:map-ref stages 1) count) (bpf:map-update outer 1 other) (bpf:test-run enter))
                (list (bpf:map-ref other 0) (bpf:map-ref inner 0))
                (setf (bpf:map-ref stages 0) other)
                (setf (bpf:map-ref outer 0) count)
                (setf (bpf:map-ref inner 0) count)
                (bpf:map-delete stages 1)
                (bpf:test-run enter)))";
    let wanted = "\
1
2
(1 0)
this is a map, and a program is wanted here
this is a program, and a map is wanted here
this is a program, and something that a map can hold is wanted here
t
1
";
    assert_eq!(told("values-held", body), wanted);
}

#[test]
fn sizes_and_offsets_are_the_compilers() {
    let body = "
        (defenum (kind :type u8) a b)
        (defstruct flow (x u32) (k kind) (next-one u64))
        (tell (list (sizeof flow) (sizeof u16) (sizeof kind) (offsetof flow next-one) (offsetof flow k))
              (offsetof flow nxt-one)
              (sizeof (car x)))";
    let wanted = "\
(16 2 1 8 4)
`flow` has no field `nxt-one`; did you mean `next-one`?
this is a list, and the name of a type is wanted here
";
    assert_eq!(told("values-sizes", body), wanted);
    let folder = Folder::new("values-no-type");
    let source = "(defstruct flow (x u32))\n(print (sizeof flw))";
    let got = output(&["run", &folder.write("script.lisp", source)]);
    let said = text(&got.stderr);
    assert!(said.contains("script.lisp:2:16") && said.contains("did you mean `flow`?"), "{said}");
}
