; The two ends of a function, joined by the thread.
;; perfmon: type
(in-package :whistler-user)
(defmap starts :type :hash :key-size 8 :value-size 8 :max-entries 4096)
(defmap hist :type :array :key-size 4 :value-size 8 :max-entries 64)

(defmacro now () `(ktime-get-ns))

(defprog enter (:type :kprobe :section "uprobe//usr/lib/libc.so.6:malloc")
  (let ((id (get-current-pid-tgid)))
    (setf (getmap starts id) (now)))
  0)

(defprog leave (:type :kprobe :section "uretprobe//usr/lib/libc.so.6:malloc")
  (let ((id (get-current-pid-tgid)))
    (when-let ((start u64 (getmap starts id)))
      (remmap starts id)
      (incf (getmap hist (log2 (- (now) start))))))
  0)
