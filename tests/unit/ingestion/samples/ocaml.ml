open Printf

(** A binary tree. *)
type 'a tree =
  | Leaf
  | Node of 'a tree * 'a * 'a tree

(** Inserts a value. *)
let rec insert x = function
  | Leaf -> Node (Leaf, x, Leaf)
  | Node (l, y, r) -> if x < y then Node (insert x l, y, r) else Node (l, y, insert x r)

module Set = struct
  (** The empty set. *)
  let empty = Leaf

  let add x t = insert x t
end

module type Ordered = sig
  val compare : int -> int -> int
end

let () = printf "done\n"
