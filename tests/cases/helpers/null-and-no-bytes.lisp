;; kernel-only
;; run: -> o[0]=0x201, o[1]=0xfdfe, o[2]=0x201

(defmap o :type :array :key u32 :value u64 :max-entries 16)
(defmap seen :type :array :key u32 :value u32 :max-entries 1)
; A checksum's difference from nothing is the sum of what comes, and to nothing that of what goes.
(defprog p (:type :tc :section "classifier")
  (let ((x (u32 #x201)))
    (setf (getmap o 0) (u64 (csum-diff 0 0 (stack-addr x) 4 0)))
    (setf (getmap o 1) (u64 (csum-diff (stack-addr x) 4 nil 0 0)))
    (when-let ((p (map-lookup seen 0)))
      (setf (getmap o 2) (u64 (csum-diff p 4 (stack-addr x) 4 0)))))
  0)
