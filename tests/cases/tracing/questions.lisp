;; error: E0306 @ 9:43
;; error: E0306 @ 10:37
;; error: E0204 @ 11:25
;; error: E0306 @ 12:39
;; error: E0104 @ 13:25

; Size and value of what the kernel does not have cannot be asked.
(defprog a (:type :xdp)
  (when (= (kernel-field-size task_struct no_such) 4) (return XDP_DROP))
  (kernel-field-size    task_struct tigd)
  (kernel-field-exists  task_strct tgid)
  (kernel-enum-value    bpf_map_type  BPF_MAP_TYPE_HSAH)
  (kernel-struct-exists 5)
  XDP_PASS)
