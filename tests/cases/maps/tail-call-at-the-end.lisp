; Where there is no program to go on in, a tail call gives nothing, which is 0: the verifier lets nobody read its register.
(defmap stages :type :prog-array :max-entries 2)
(defprog from (:section "xdp") (tail-call stages 0))
(defprog count (:section "xdp")
  (if (= (tail-call stages 1) 0) XDP_PASS XDP_DROP))
