;; error: E0206 @ 9:11
;; error: E0206 @ 10:11
;; error: E0206 @ 11:16
;; error: E0206 @ 12:20
;; error: E0206 @ 13:16
;; error: E0206 @ 14:11
;; error: E0206 @ 15:16
(defprog printer (:type :cgroup-skb :section "cgroup_skb/egress")
  (printk 5)
  (printk "%d and %d" 1)
  (printk "%d" (ktime-get-ns))
  (printk "len %s" (ctx len))
  (printk "%u" "text")
  (printk "%f" 1)
  (printk "%c" (ctx-ptr))
  1)
