; What an enum's name types is an integer that is computed with as such.
;; run: -> ret 1, out[0]=2, out[1]=17, out[2]=0xffffffff, out[3]=6, out[4]=1, out[5]=7, out[6]=32, out[7]=2

(defmap out :type :array :key u32 :value u64 :max-entries 8)
(defmap counts :type :array :key color :value u64 :max-entries 3)
(defmap seen :type :hash :key color :value verdict :max-entries 8)
(defmap flows :type :array :key u32 :value flow :max-entries 1)

; Used before it is defined.
(defstruct flow (proto proto) (color color) (far wide) (colors (array color 3)) (small small)
  (tint (bits color 2)) (sign (bits verdict 2)))
(defenum color red (green) (blue 2))
(defenum proto (p-tcp 6) (p-udp 17))
(defenum verdict (refused -1) accepted)
(defenum wide (near 1) (far-off #x100000000))
; The kernel takes names of C alone.
(defenum (odd? :type u16) +red-one+ green? (*blue* 7) 1st)
(defenum (small :type u8) (one 1) (two 2))

(defvar last proto p-udp)
(defvar oddest odd? green?)

(defun name-of ((c color)) :returns color
  (if (= c red) blue red))

(defprog p (:type :cgroup-skb :section "cgroup_skb/egress")
  (setf (getmap out 0) (u64 (name-of red))
        (getmap out 1) (u64 last)
        last p-tcp
        (getmap seen blue) refused)
  (when-let ((v (map-lookup seen blue)))
    (setf (getmap out 2) (u64 (u32 (deref v)))))
  (let ((f (make-flow :proto last :color green :far far-off :small two)) (c color blue))
    (setf (flow-colors f 1) c)
    (map-update flows 0 f)
    (incf (flow-color f))
    (when-let ((g (map-lookup flows 0)))
      (setf (getmap out 3) (u64 (flow-proto g))
            (getmap out 4) (u64 (flow-color g)))
      (setf (getmap out 5) (+ (u64 (flow-colors g 1)) (ash (flow-far g) -32) (u64 (flow-small g)) (u64 (flow-color f))))))
  (setf (getmap out 6) (u64 (sizeof flow)))
  (let ((f (make-flow :tint blue :sign refused)))
    (incf (getmap counts blue))
    (when (and (= (flow-sign f) refused) (= (getmap counts blue) 1))
      (setf (getmap out 7) (u64 (flow-tint f)))))
  1)
