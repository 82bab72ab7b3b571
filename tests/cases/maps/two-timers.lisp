;; error: E0302 @ 7:45
;; error: E0302 @ 8:47

; The kernel finds one timer and one lock in a value.
(defstruct two (a bpf-timer) (n u64) (b bpf-timer))
(defstruct locks (all (array bpf-spin-lock 2)) (n u64))
(defmap timers :type :hash  :key u32 :value two   :max-entries 16)
(defmap locked :type :array :key u32 :value   locks :max-entries 16)
(defprog p (:type :cgroup-skb :section "cgroup_skb/egress") 1)
