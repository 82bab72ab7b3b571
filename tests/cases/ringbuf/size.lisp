;; error: E0302 @ 4:45
;; error: E0108 @ 5:9

(defmap big :type :ringbuf :max-entries     5000)
(defmap none :type :ringbuf)
