; Metadata before the packet: its end is the packet's start, as it was loaded.
;; run: -> ret 2, out[0]=1
;; run tc: -> ret 0, out[1]=1
;; kernel-only
;; perfmon: difference
(defmap out :type :array :key u32 :value u64 :max-entries 4)
(defprog xdp-none (:type :xdp)
  (let ((meta (ctx data-meta)) (data (ctx data)))
    (when (> (+ meta 4) data)
      (setf (getmap out 0) 1)
      (return XDP_PASS))
    (setf (getmap out 0) (load u32 meta))
    XDP_DROP))
(defprog tc (:section "classifier")
  (let ((data (ctx data)) (meta (ctx data-meta)))
    (setf (getmap out 1) 1)
    (when (<= (+ meta 8) data)
      (setf (getmap out 1) (load u64 meta 0)))
    TC_ACT_OK))
(defprog put (:type :xdp)
  (unless (= (xdp-adjust-meta (ctx-ptr) -8) 0) (return XDP_ABORTED))
  (let ((meta (ctx data-meta)) (data (ctx data)))
    (when (> (+ meta 8) data) (return XDP_ABORTED))
    (store u32 meta 0 5)
    (store u32 meta 4 7)
    (setf (getmap out 0) (u64 (- data meta)))
    (setf (getmap out 1) (load u32 meta 0))
    (setf (getmap out 2) (load u32 meta 4))
    XDP_PASS))
