; Whichever way out of the form is taken, the record is given back.
;; perfmon: loop
(defmap events :type :ringbuf :max-entries 4096)

(defstruct event (a u64))

(defprog ways-out (:type :cgroup-skb :section "cgroup_skb/egress")
  (block find
    (dotimes (i 4)
      (with-ringbuf (e events event)
        (when (= (ctx len) 1) (return-from find 1))
        (when (= (ctx len) 2) (break))
        (when (= (ctx len) 3) (continue))
        (when (= (ctx len) 4) (return 1))
        (setf (event-a e) i))))
  1)
