;; perfmon: helper
(defstruct event (comm (array u8 16)) (more (array u8 16)))
(defvar same u32)
(defprog p (:type :cgroup-sock :section "cgroup/sock_create")
  (let ((e (make-event)))
    (get-current-comm (event-comm e))
    (get-current-comm (event-more-ptr e) 16)
    (when (= (memcmp (event-comm e) (event-more e) 16) 0) (incf same)))
  1)
