; Tracing: who it was, arrays in user memory, and histograms.
;
; `fill-process-info` stores what is known of the current process. `do-user-…` walk over arrays in the
; memory of the current process, an element at a time, and end where the memory cannot be read.
; `histogram-…` count a value in a map, array or hash, by the bucket that it falls into.

; ---- the current process ----

(eval-when (:compile-toplevel :load-toplevel :execute)
  ; How each fact is stored to a place of its kind.
  (defun process-fact (fact place)
    (case fact
      (pid `(setf ,place (cast u32 (>> (get-current-pid-tgid) 32))))
      (tid `(setf ,place (cast u32 (get-current-pid-tgid))))
      (uid `(setf ,place (cast u32 (get-current-uid-gid))))
      (gid `(setf ,place (cast u32 (>> (get-current-uid-gid) 32))))
      (cgroup `(setf ,place (get-current-cgroup-id)))
      (time `(setf ,place (ktime-get-ns)))
      (cpu `(setf ,place (cast u32 (get-smp-processor-id))))
      (comm `(get-current-comm ,place))
      (otherwise
        (error "~a is nothing that is known of a process; that is pid, tid, uid, gid, comm, cgroup, time, cpu"
               fact)))))

; (fill-process-info e event pid (uid owner) comm): the fields of that name of the struct at e, or with a
; list the field `owner` by the fact `uid`.
(defmacro fill-process-info (record struct &rest fields)
  (unless fields
    (error "say which fields to fill: (fill-process-info ~a ~a pid comm)" record struct))
  (with-gensyms (p)
    `(let ((,p ,record))
       ,@(loop for field in fields
               for fact = (if (consp field) (first field) field)
               for name = (if (consp field) (second field) field)
               collect (process-fact fact (list (intern (format nil "~a-~a" struct name)) p))))))

; ---- arrays in user memory ----

(eval-when (:compile-toplevel :load-toplevel :execute)
  ; A loop over the elements of `type` from the address `base` on, `count` of them or fewer, and `max` at
  ; most; `until` is a test that ends it.
  (defun user-array-loop (var type base count options until body)
    (let* ((max (if (keywordp (first options)) (getf options :max) (first options)))
           (rest (if (keywordp (first options)) options (rest options)))
           (index (or (getf rest :index) (gensym))))
      (unless max
        (error "say how many elements there are at most: :max 16"))
      (with-gensyms (start)
        `(let ((,start (u64 ,base)))
           (dotimes (,index ,count :max ,max)
             (let ((,var ,type 0))
               (when (/= (probe-read-user (stack-addr ,var) (sizeof ,type) (+ ,start (* ,index (sizeof ,type)))) 0)
                 (break))
               ,@until
               ,@body)))))))

; (do-user-array (v u64 address count :max 16 :index i) body…)
(defmacro do-user-array ((var type base count &rest options) &body body)
  (user-array-loop var type base count options nil body))

; (do-user-ptrs (p address count :max 16 :index i) body…): an array of pointers, which ends at a null
; pointer too, as those of strings do.
(defmacro do-user-ptrs ((var base count &rest options) &body body)
  (user-array-loop var 'u64 base count options `((when (= ,var 0) (break))) body))

; ---- histograms ----

(eval-when (:compile-toplevel :load-toplevel :execute)
  ; `key` is nil, or (name form): the form is the map's key, with the bucket's number under that name.
  (defun count-bucket (map bucket buckets key)
    (unless (and (integerp buckets) (> buckets 0))
      (error "a histogram has at least one bucket, and :buckets is ~a" buckets))
    (if key
        `(let ((,(first key) ,bucket)) (incf (getmap ,map ,(second key))))
        `(incf (getmap ,map ,bucket)))))

; (histogram-log2 map value): bucket n counts the values of 2^n and more, below 2^(n+1); 0 is in the first.
; All from 2^(buckets-1) on are in the last one.
(defmacro histogram-log2 (map value &key (buckets 64) key)
  (count-bucket map (if (eql buckets 64) `(log2 ,value) `(min (log2 ,value) ,(- buckets 1))) buckets key))

; (histogram-linear map value :min 0 :step 10 :buckets 20): bucket n counts the values from min + n*step on,
; below the next one's. What is below `min` is in the first and what is above all in the last.
(defmacro histogram-linear (map value &key (min 0) (step 1) (buckets 64) key)
  (unless (and (integerp step) (> step 0))
    (error "a bucket is at least 1 wide, and :step is ~a" step))
  (with-gensyms (v)
    (count-bucket map
      `(let ((,v ,value))
         (if (<= ,v ,min) (u32 0) (cast u32 (min (/ (- ,v ,min) ,step) ,(- buckets 1)))))
      buckets key)))
