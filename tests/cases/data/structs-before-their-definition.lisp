;; run: out[0]=0 -> ret 2, out[0]=77, out[1]=24, out[2]=6

; Structs, unions, enums and constants may stand before their definition; pointers may lead back.
(defmap entries :type :array :key u32 :value entry :max-entries entry-count)
(defmap out :type :array :key u32 :value u64 :max-entries (* 2 last-kind))
(defconstant bytes (let ((n (sizeof entry))) (+ n zero)))
(defconstant zero 0)
(defstruct entry (key word) (where place) (few (array u16 two)))
(defstruct place (up (ptr entry)) (id u32))
(defunion word half (whole u32))
(defstruct half (low u16) (high u16))
(defenum kinds first-kind (last-kind two))
(defconstant entry-count 4)
(defconstant two 2)

(defun number ((p (ptr place))) (place-id p))

(defprog p (:type :xdp)
  (when-let ((e (map-lookup entries 3)))
    (setf (half-low (entry-key-ptr e)) 7)
    (setf (place-id (entry-where-ptr e)) 70)
    (setf (getmap out 0) (+ (number (entry-where-ptr e)) (word-whole (entry-key-ptr e)))))
  (setf (getmap out 1) (- bytes 8))
  (setf (getmap out 2) (+ entry-count two))
  2)
