; Programs that take the place of a function of another program: what they are given follows from that.
;; emit asm
;; compile-only
(defstruct pair (a u32) (b u32))
(defmap seen :type :array :key u32 :value u64 :max-entries 1)

(defprog new-verdict (:section "freplace/verdict" :arguments ((a u32) (p (nullable (ptr pair)))) :returns u32)
  (incf (getmap seen 0))
  (if p (+ a (pair-b p)) a))

(defprog new-length (:section "freplace/length" :replaces :xdp)
  (let ((data (ctx data)) (end (ctx data-end)))
    (when (> (+ data 14) end) (return 0))
    (load u8 data 0)))

; The context and more; nothing is known of who calls it but that.
(defprog new-sort (:section "freplace/sort" :replaces :tc :arguments ((c ctx) (n i16)))
  (if (< n 0) (return -1) (i32 (ctx mark))))

(defprog for-any-program (:type :ext) 1)
