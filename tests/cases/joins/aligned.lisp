; Where one of the joined is on the stack, accesses are aligned; fields of packed structs are read in parts.
;; run: in[0]=0 -> ret 7, out[0]=0x1122334455667788
;; run: in[0]=1 -> ret 7, out[0]=0
(defstruct (odd :packed t) (a u8) (n u64) (m u16))
(defmap in :type :array :key u32 :value u64 :max-entries 1)
(defmap out :type :array :key u32 :value u64 :max-entries 1)
(defmap ms :type :array :key u32 :value odd :max-entries 1)
(defprog p (:type :xdp)
  (let* ((l (make-odd :n 0x1122334455667788)) (q (if (getmap in 0) (or (map-lookup ms 0) l) l)))
    (setf (getmap out 0) (odd-n q))
    (setf (odd-m q) 7)
    (u32 (odd-m q))))
