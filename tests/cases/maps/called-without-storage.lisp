;; compile-only
; A program without a cgroup's storage may be called by one that has it, if it calls no other.
(defmap stages :type :prog-array :max-entries 4 :values (last))
(defmap own :type :cgroup-storage :value u64)

(defprog enter (:section "cgroup/sock_create")
  (incf (deref (get-local-storage own 0)))
  (tail-call stages 0)
  1)
(defprog last (:section "cgroup/sock_create")
  1)
