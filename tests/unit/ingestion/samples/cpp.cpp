#include <vector>

namespace geo {
namespace detail {
// Rounds a coordinate.
template <typename T>
T snap(T value) { return std::round(value); }
}  // namespace detail

/// A path of points.
class Path final : public Shape {
 public:
  /// Makes an empty path.
  Path() = default;
  ~Path() { clear(); }

  /// Adds a point.
  void add(const Point& point) {
    points_.push_back(point);
    length_ += distance(point);
  }

  bool operator==(const Path& other) const { return points_ == other.points_; }

 private:
  std::vector<Point> points_;
};

// Length of the whole path.
double Path::length() const {
  return length_;
}

enum class Unit { Metre, Mile };

template <class T>
struct Box {
  T low, high;
};
}  // namespace geo

extern "C" {
int geo_version(void) { return 3; }
}
