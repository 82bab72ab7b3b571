; A record is submitted at the end and discarded on every way out before it; the form is t or nil. Loaded only.
;; perfmon: loop
(defstruct s (n u64))
(defmap events :type :ringbuf :max-entries 4096)
(defvar n u64)
(defun tell ((x u64)) :returns u64
  (with-ringbuf (e events s) (setf (s-n e) x) (when (= x 3) (return 7)))
  8)
(defprog record (:section "cgroup_skb/egress")
  (setf n 0)
  (dotimes (i 5)
    (with-ringbuf (e events 8)
      (store u64 e i)
      (setf n i)
      (when (= i (ctx mark)) (return 0))))
  (block b
    (with-ringbuf (e events s)
      (when (= (ctx mark) 5) (return-from b))
      (with-ringbuf (f events s) (setf (s-n f) (s-n e)) (when (= (ctx mark) 6) (return)) (setf n 2))
      (setf (s-n e) 6)))
  (dotimes (i 3) (with-ringbuf (e events s) (when (= i 1) (continue)) (when (= i 2) (break)) (setf (s-n e) i)))
  (when (with-ringbuf (e events s)) (setf n (+ n (tell 4))))
  (setf n (+ n (u64 (with-ringbuf (e events 4) (store u32 e (tell n))))))
  1)
