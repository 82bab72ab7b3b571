; Null, as one of the joined, is not on the stack: it may be returned, and what is not there need not be aligned.
;; run: in[0]=1 -> ret 2, out[0]=0
;; run: in[0]=2 -> ret 2, out[0]=5
;; run: in[0]=3 -> ret 2, out[0]=6
(defstruct cnt (n u64) (m u64))
(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 1)
(defmap ms :type :array :key u32 :value cnt :max-entries 1)
(defvar g cnt)
(defun pick ((which u64)) :returns (nullable (ptr cnt))
  (cond ((= which 1) nil) ((= which 2) g) (t (map-lookup ms 0))))
(defprog p (:type :xdp)
  (setf (cnt-n g) #x50000)
  (when-let ((v (map-lookup ms 0))) (setf (cnt-n v) #x60000))
  (when-let ((q (pick (getmap in 0)))) (setf (getmap out 0) (load u32 q 2)))
  2)
