package example.shapes

import scala.math.Pi

/** Anything with an area. */
trait Shape {
  def area: Double
}

/** A round shape. */
case class Circle(radius: Double) extends Shape {
  /** Pi r squared. */
  override def area: Double = Pi * radius * radius

  def scale(by: Double): Circle = {
    require(by > 0)
    copy(radius = radius * by)
  }
}

object Circle {
  // A circle of radius one.
  @inline
  def unit: Circle = Circle(1.0)
}

enum Colour {
  case Red, Green
}
