; What is printed is not read here; the kernel checks the format when the program runs.
;; run: -> ret 1, out[0]=1
;; perfmon: helper

(defmap out :type :array :key u32 :value u64 :max-entries 1)
(defstruct event (comm (array u8 16)))

(defprog printer (:type :cgroup-skb :section "cgroup_skb/egress")
  (let ((e (make-event)) (x (u16 7)) (n (printk "plain")))
    (get-current-comm (event-comm e))
    (printk "len %u mark %x" (ctx len) (ctx mark))
    (printk "%d%% %llu %s" -5 (ktime-get-ns) (event-comm e))
    (printk "%d %d %d %5d %lld" x (bool 1) 3 4 (i32 -5))
    (printk "same %s" "text")
    (printk "same %s" "text")
    (setf (getmap out 0) 1))
  1)
