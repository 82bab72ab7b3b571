;; error: E0405 @ 7:12
;; error: E0308 @ 12:17
;; error: E0201 @ 16:19
; A socket that is found in a map is released, and is nothing to set.
(defmap by-number :type :sockmap :key u32 :value u64 :max-entries 2)
(defprog leak (:section "sk_lookup")
  (let ((s (map-lookup by-number 0)))
    (unless s (return SK_DROP))
    (sk-assign (ctx-ptr) s 0)
    SK_PASS))
(defprog place (:section "sk_lookup")
  (setf (getmap by-number 0) 1)
  SK_PASS)
(defprog number (:section "sk_lookup")
  (when-let ((s (map-lookup by-number 0)))
    (if (= (deref s) 7) SK_DROP SK_PASS))
  SK_PASS)
