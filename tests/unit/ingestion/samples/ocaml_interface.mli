(** A binary tree. *)
type 'a tree

(** Inserts a value. *)
val insert : 'a -> 'a tree -> 'a tree

module Set : sig
  val empty : 'a tree
end
