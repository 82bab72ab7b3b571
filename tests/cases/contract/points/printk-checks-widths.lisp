;; error: E0206 @ 15:16
;; error: E0206 @ 17:11
;; error: E0206 @ 18:11
;; error: E0206 @ 19:11
;; error: E0206 @ 20:16
; printk checks widths, not signs.
(defprog good (:type :tc)
  (let ((a (ctx mark)) (b (i32 -1)) (c (u64 1)))
    (printk "%u %d %lu" a b c)
    (printk "%d %u %ld" a b c)
    (printk "%x %llx %c" a c (u8 65))
    (printk "%i %lld" (u16 3) (i64 -5)))
  TC_ACT_OK)
(defprog bad (:type :tc)
  (printk "%d" (u64 5))
  (printk "%ld" (u32 5))
  (printk "%d %d" 1)
  (printk "%d" 1 2)
  (printk "%q" 1)
  (printk "%d" (ctx-ptr))
  TC_ACT_OK)
