defmodule Shop.Cart do
  @moduledoc """
  A cart of items.
  """

  use GenServer
  @limit 10

  defstruct items: []

  @doc """
  Adds an item to the cart.
  """
  @spec add(t(), String.t()) :: t()
  def add(%__MODULE__{items: items} = cart, item) when length(items) < @limit do
    %{cart | items: [item | items]}
  end

  def add(cart, _item), do: cart

  # Counts them.
  defp count(cart), do: length(cart.items)

  defmacro debug(), do: quote(do: :ok)

  @impl true
  def init(_), do: {:ok, %__MODULE__{}}
end

defimpl String.Chars, for: Shop.Cart do
  def to_string(cart) do
    "cart of #{length(cart.items)}"
  end
end
