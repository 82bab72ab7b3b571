;;; A congestion control for TCP that is Reno's, and counts how often the kernel asks it.
;;;
;;; The kernel calls the programs through the table at the end, under the name that is in it. A socket
;;; that is to use it says so (`TCP_CONGESTION`); others never do.

(defkfunc tcp-reno-ssthresh ((sk (ptr sock))) :returns u32)
(defkfunc tcp-reno-undo-cwnd ((sk (ptr sock))) :returns u32)
(defkfunc tcp-reno-cong-avoid ((sk (ptr sock)) (ack u32) (acked u32)))

(defvar losses u64)   ; how often a packet was lost
(defvar growths u64)  ; how often an acknowledgement let the window grow

;; What the threshold is to be after a loss.
(defprog counted-ssthresh (:type :struct-ops)
  (incf losses)
  (tcp-reno-ssthresh (ctx sk)))

;; What the window is to be again after what was no loss.
(defprog counted-undo (:type :struct-ops)
  (tcp-reno-undo-cwnd (ctx sk)))

;; Data was acknowledged: `acked` packets, the last one `ack`.
(defprog counted-avoid (:type :struct-ops)
  (incf growths)
  (tcp-reno-cong-avoid (ctx sk) (ctx ack) (ctx acked))
  0)

(defmap counted-reno :type :struct-ops :value tcp_congestion_ops
  :values ((ssthresh counted-ssthresh)
           (undo-cwnd counted-undo)
           (cong-avoid counted-avoid)
           (name "counted_reno")))
