;; error: E0312 @ 9:58
;; error: E0312 @ 13:56
;; error: E0312 @ 25:17
;; error: E0312 @ 27:3
;; error: E0312 @ 39:3
;; error: E0312 @ 46:3
;; error: E0312 @ 52:3
; A map of programs belongs to programs of one kind.
(defmap stages :type :prog-array :max-entries 1 :values (to))
(defmap both :type :prog-array :max-entries 4)
(defmap hooks :type :prog-array :max-entries 4)
(defmap held :type :prog-array :max-entries 4 :values (to
                                                       whole))
(defmap devices :type :devmap :max-entries 4)
(defmap stored :type :prog-array :max-entries 4)
(defmap traced :type :prog-array :max-entries 4)
(defmap own :type :cgroup-storage :value u64)

(defprog from (:type :xdp)
  (tail-call stages 0)
  (redirect-map devices 0 XDP_PASS))
(defprog to (:type :tc)
  TC_ACT_OK)
(defprog whole (:type :xdp :section "xdp.frags")
  (redirect-map devices 0 XDP_PASS))
(defun onward ((c ctx))
  (tail-call both 1)
  0)
(defprog first (:type :cgroup-skb :section "cgroup_skb/egress")
  (onward (ctx-ptr))
  1)
(defprog second (:type :socket-filter)
  (onward (ctx-ptr))
  1)
(defprog four (:section "cgroup/connect4")
  (tail-call hooks 1)
  1)
(defprog six (:section "cgroup/connect6")
  (tail-call hooks 1)
  1)
(defprog without (:section "cgroup/sock_create")
  (tail-call stored 0)
  1)
(defprog with (:section "cgroup/sock_create")
  (incf (deref (get-local-storage own 0)))
  (tail-call stored 0)
  1)
(defprog enters (:section "fentry/tcp_connect")
  (tail-call traced 0)
  0)
(defprog opens (:section "fentry/bpf_task_from_pid")
  (tail-call traced 0)
  0)
