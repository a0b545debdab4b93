require "set"

module Shop
  TAX = 0.19

  # A basket of goods.
  class Basket < Base
    attr_reader :items

    # Starts empty.
    def initialize
      @items = Set.new
    end

    # Adds one.
    #
    # Returns self.
    def add(item)
      @items << item unless item.nil?
      self
    end

    def self.of(*items)
      items.reduce(new) { |basket, item| basket.add(item) }
    end
  end
end

# Prints a basket.
def show(basket)
  puts basket.items.to_a
end
