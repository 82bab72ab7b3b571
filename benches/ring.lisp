;; A record with a number for each run.

(defmap events :type :ringbuf :max-entries (* 1024 1024))
(defvar number u64)

(defprog produce (:type :tc)
  (with-ringbuf (e events u64) (setf (deref e) (incf number)))
  TC_ACT_OK)
