;; error: E0308 @ 6:45
;; error: E0308 @ 9:32
;; error: E0308 @ 10:15
(defmap table :type :hash :key u32 :value u32 :max-entries 4)
(defprog redirect (:type :sk-msg)
  (let ((k 1)) (msg-redirect-hash (ctx-ptr) table k 0)))
(defprog update (:type :sock-ops)
  (let ((k (u32 1)))
    (sock-map-update (ctx-ptr) table k 0)
    (map-push table k))
  1)
