;; run: mark=7 -> ret 1, out[0]=67

(defmap out :type :array :key u32 :value u64 :max-entries 1)

(defun marked-length ((c ctx)) (+ (ctx len) (ctx mark)))

(defprog whole (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (marked-length (ctx-ptr)))
  1)

(defprog tc-one (:type :tc :section "classifier")
  (when (> (marked-length (ctx-ptr)) 1500) (return TC_ACT_SHOT))
  TC_ACT_OK)
