module Data.Shape (Shape (..), area) where

import Data.List (sort)

-- | Plane figures.
data Shape
  = Circle Double
  | Square Double
  deriving (Show)

-- | Things with a name.
class Named a where
  name :: a -> String

instance Named Shape where
  name (Circle _) = "circle"
  name (Square _) = "square"

type Area = Double

-- | The area of a figure,
-- in square units.
area :: Shape -> Area
area (Circle r) = pi * r * r
area (Square a) = a * a

total :: [Shape] -> Area
total = sum . map area
